// SPDX-License-Identifier: Apache-2.0
// What the page knows of the devices.

import { decimals } from './format.js';

const kPoints = 600;          // of history, per device
const kHistoryForAll = 200;   // devices up to which every one has a history from the start
const kHistoryOfChosen = 8;   // beyond that: the devices that were looked at last
const kMaxMetrics = 64;
const kEnvelope = new Set(['ts', 'seq', 'boot']);

/** The leaves of a device's data as [name, value], nested names joined with dots. */
export function leaves(data) {
  const found = [];
  const walk = (object, prefix, depth) => {
    for (const [key, v] of Object.entries(object)) {
      if (found.length >= kMaxMetrics) return;
      if (!prefix && kEnvelope.has(key)) continue;
      const name = prefix + key;
      if (v !== null && typeof v === 'object') {
        if (depth < 4 && !Array.isArray(v)) walk(v, `${name}.`, depth + 1);
      } else {
        found.push([name, v]);
      }
    }
  };
  walk(data ?? {}, '', 1);
  return found;
}

export class Device {
  constructor(record) {
    this.id = record.deviceId;
    this.history = null;
    this.set(record);
  }

  set(record) {
    this.record = record;
    this.cached = null;
    this.haystack = null;
    this.remember();
  }

  /** Metric name to value, of the last record. */
  get metrics() {
    this.cached ??= new Map(leaves(this.record.data));
    return this.cached;
  }

  /** What the text filter looks into. */
  get text() {
    this.haystack ??= `${this.id} ${JSON.stringify(this.record.tags ?? {})}`.toLowerCase();
    return this.haystack;
  }

  keepHistory() {
    if (this.history) return;
    this.history = [];
    this.remember();
  }

  remember() {
    if (!this.history) return;
    const last = this.history.at(-1);
    if (last && this.record.ts < last.ts) this.history.length = 0; // its clock was set back
    if (last && this.record.ts === last.ts) this.history.pop();
    this.history.push({ ts: this.record.ts, data: this.record.data });
    if (this.history.length > kPoints) this.history.splice(0, this.history.length - kPoints);
  }
}

export class Fleet {
  constructor() {
    this.devices = new Map();
    this.metricCounts = new Map(); // of how many devices' first records a metric was part
    this.columns = new Map();      // metric to { numeric, decimals }: how its column looks
    this.chosen = [];
    this.version = 0;              // grows when devices come or go
    this.lateMs = 60000;
    this.silentMs = 300000;
    this.clockAhead = 0;           // the server's clock minus ours
  }

  now() {
    return Date.now() + this.clockAhead;
  }

  put(record) {
    if (typeof record?.deviceId !== 'string') return;
    const known = this.devices.get(record.deviceId);
    if (known) {
      known.set(record);
      return;
    }
    const device = new Device(record);
    if (this.devices.size < kHistoryForAll) device.keepHistory();
    this.devices.set(device.id, device);
    for (const [name, v] of device.metrics) {
      this.metricCounts.set(name, (this.metricCounts.get(name) ?? 0) + 1);
      this.column(name, v);
    }
    this.version += 1;
  }

  /** How to show the column of a metric, after having seen one more value of it. */
  column(name, v) {
    let column = this.columns.get(name);
    if (!column) {
      column = { numeric: typeof v === 'number' || v === undefined, decimals: 0 };
      if (v !== undefined) this.columns.set(name, column);
    }
    if (typeof v === 'number') column.decimals = Math.max(column.decimals, decimals(v));
    return column;
  }

  /** Forgets devices that a new server does not know. */
  retain(ids) {
    for (const id of this.devices.keys()) {
      if (!ids.has(id)) {
        this.devices.delete(id);
        this.version += 1;
      }
    }
  }

  choose(device) {
    device.keepHistory();
    this.chosen = [device, ...this.chosen.filter((other) => other !== device)];
    for (const old of this.chosen.splice(kHistoryOfChosen)) {
      if (this.devices.size > kHistoryForAll) old.history = null;
    }
  }

  ageOf(device, now) {
    return Math.max(0, now - device.record.receivedAt);
  }

  stateOf(device, now) {
    const ms = this.ageOf(device, now);
    return ms < this.lateMs ? 'fresh' : ms < this.silentMs ? 'late' : 'silent';
  }

  /** The metrics that most of `shown` have, then most of all devices, then as they were first seen. */
  commonMetrics(count, shown) {
    const inView = new Map();
    for (const device of shown) {
      for (const name of device.metrics.keys()) inView.set(name, (inView.get(name) ?? 0) + 1);
    }
    return [...this.metricCounts]
      .map(([name, devices], order) => ({ name, devices, order, shown: inView.get(name) ?? 0 }))
      .sort((a, b) => b.shown - a.shown || b.devices - a.devices || a.order - b.order)
      .slice(0, count)
      .map((metric) => metric.name);
  }
}
