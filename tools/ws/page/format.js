// SPDX-License-Identifier: Apache-2.0
// Numbers and times as people read them.

/** 3 s, 1 m 05 s, 2 h 10 m, 3 d 4 h: two units at most, seconds below a minute. */
export function age(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} m ${String(s % 60).padStart(2, '0')} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${String(Math.floor(s / 60) % 60).padStart(2, '0')} m`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
}

/** A number in at most seven significant digits, anything else as it is. */
export function value(v) {
  if (typeof v === 'number') {
    return Number.isInteger(v) && Math.abs(v) < 1e15 ? String(v) : String(Number(v.toPrecision(7)));
  }
  if (v === null || v === undefined) return '–';
  return String(v);
}

/** How many decimals value() shows of a number; 0 for whole ones and for very small or large ones. */
export function decimals(v) {
  const text = value(v);
  const point = text.indexOf('.');
  return point < 0 || text.includes('e') ? 0 : text.length - point - 1;
}

/** A number of a column, with as many decimals as the others of that column. */
export function aligned(v, count) {
  const text = value(v);
  return typeof v !== 'number' || text.includes('e') || decimals(v) >= count
    ? text : v.toFixed(count);
}

export function time(ms) {
  return new Date(ms).toLocaleTimeString(undefined, { hour12: false });
}

export function dateTime(ms) {
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15
    ? new Date(ms).toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' UTC')
    : '–';
}
