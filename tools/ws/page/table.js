// SPDX-License-Identifier: Apache-2.0
// The table of devices: only the rows in view exist, so that their number does not matter.

import * as format from './format.js';

const kRow = 34;       // pixels, as in app.css
const kOverscan = 6;   // rows beside those in view
const kResortMs = 1000; // orders that change by themselves are renewed this often

const compareText = new Intl.Collator(undefined, { numeric: true }).compare;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export class Table {
  /** `view` holds q, state, sort, device; `on.select(id)` and `on.sort(key)` are called. */
  constructor(fleet, view, on) {
    this.fleet = fleet;
    this.view = view;
    this.on = on;
    this.scroller = document.getElementById('scroller');
    this.table = document.getElementById('table');
    this.head = document.getElementById('head');
    this.body = document.getElementById('rows');
    this.before = document.querySelector('#before td');
    this.after = document.querySelector('#after td');
    this.empty = document.getElementById('empty');
    this.pool = [];
    this.order = [];
    this.columns = [];
    this.orderedVersion = -1;
    this.orderedAt = 0;
    this.counts = { fresh: 0, late: 0, silent: 0 };
    this.body.addEventListener('click', (event) => {
      const row = event.target.closest('tr');
      if (row) on.select(row.dataset.device);
    });
  }

  /** Filter, sort or the list of devices changed: put the rows in order anew. */
  invalidate() {
    this.orderedVersion = -1;
  }

  reorder(now) {
    const { fleet, view } = this;
    const words = view.q.toLowerCase().split(/\s+/).filter(Boolean);
    this.counts = { fresh: 0, late: 0, silent: 0 };
    this.order = [];
    for (const device of fleet.devices.values()) {
      if (!words.every((word) => device.text.includes(word))) continue;
      const state = fleet.stateOf(device, now);
      this.counts[state] += 1;
      if (!view.state || view.state === state) this.order.push(device);
    }
    const descending = view.sort.startsWith('-');
    const key = descending ? view.sort.slice(1) : view.sort;
    const sign = descending ? -1 : 1;
    this.order.sort((a, b) => sign * this.compare(key, a, b) || compareText(a.id, b.id));
    this.orderedVersion = fleet.version;
    this.orderedAt = now;
  }

  /** The device in the first row; undefined without any. */
  first(now) {
    this.reorder(now);
    return this.order[0];
  }

  compare(key, a, b) {
    if (key === 'device') return compareText(a.id, b.id);
    if (key === 'age' || key === 'state') return b.record.receivedAt - a.record.receivedAt;
    const [x, y] = [a.metrics.get(key), b.metrics.get(key)];
    if (typeof x === 'number' && typeof y === 'number') return x - y;
    if (x === undefined || y === undefined) {
      const last = this.view.sort.startsWith('-') ? -1 : 1; // without a value: at the end
      return ((x === undefined) - (y === undefined)) * last;
    }
    return compareText(String(x), String(y));
  }

  chooseColumns() {
    const width = this.scroller.clientWidth;
    const narrow = width < 560;
    const room = narrow ? width - 32 - 99 - 120 : width - 240 - 102 - 112;
    const count = Math.max(1, Math.min(10, Math.floor(room / (narrow ? 90 : 112))));
    const wanted = this.fleet.commonMetrics(count, this.inView());
    const sortKey = this.view.sort.replace(/^-/, '');
    if (this.fleet.metricCounts.has(sortKey) && !wanted.includes(sortKey)) {
      wanted.splice(-1, 1, sortKey);
    }
    if (wanted.join('\n') === this.columns.join('\n') && this.head.childElementCount) return;
    this.columns = wanted;
    this.buildHead();
    this.body.replaceChildren();
    this.pool = [];
  }

  buildHead() {
    this.head.replaceChildren(
      this.headCell('device', 'Device', 'col-name'),
      this.headCell('state', 'State', 'col-state'),
      this.headCell('age', 'Age', 'col-age number'),
      ...this.columns.map((name) => this.headCell(name, name, `col-metric ${this.alignment(name)}`)),
    );
    this.showSort();
  }

  alignment(metric) {
    return this.fleet.column(metric).numeric ? 'number' : 'text';
  }

  headCell(key, label, className) {
    const cell = element('th', className);
    cell.scope = 'col';
    cell.dataset.key = key;
    const button = element('button', '', label);
    button.type = 'button';
    button.title = `Sort by ${label}`;
    button.addEventListener('click', () => this.on.sort(key));
    cell.append(button);
    return cell;
  }

  showSort() {
    const key = this.view.sort.replace(/^-/, '');
    for (const cell of this.head.children) {
      if (cell.dataset.key === key) {
        cell.setAttribute('aria-sort', this.view.sort === key ? 'ascending' : 'descending');
      } else {
        cell.removeAttribute('aria-sort');
      }
    }
  }

  makeRow() {
    const row = element('tr');
    const name = element('td', 'name');
    name.append(element('button'));
    name.firstChild.type = 'button';
    const state = element('td', 'state');
    state.append(element('i'), element('span', 'word'));
    state.firstChild.setAttribute('aria-hidden', 'true');
    const age = element('td', 'age');
    age.append(element('span'));
    row.append(name, state, age);
    for (const metric of this.columns) {
      const cell = element('td');
      cell.dataset.metric = metric;
      row.append(cell);
    }
    return row;
  }

  fillRow(row, device, index, now) {
    const state = this.fleet.stateOf(device, now);
    const ms = this.fleet.ageOf(device, now);
    if (row.dataset.device !== device.id) {
      row.dataset.device = device.id;
      row.children[0].firstChild.textContent = device.id;
      row.children[0].title = device.id;
    }
    row.setAttribute('aria-rowindex', index + 2);
    row.setAttribute('aria-selected', device.id === this.view.device);
    if (row.dataset.state !== state) {
      row.dataset.state = state;
      row.className = state;
      row.children[1].firstChild.className = `shape ${state}`;
      setText(row.children[1].lastChild, state);
    }
    const age = row.children[2].firstChild;
    setText(age, format.age(ms));
    age.style.setProperty('--age', Math.min(1, ms / this.fleet.lateMs).toFixed(2));
    if (row.shown === device.record) return;
    row.shown = device.record;
    this.columns.forEach((metric, i) => {
      const v = device.metrics.get(metric);
      const cell = row.children[i + 3];
      cell.className = `${this.alignment(metric)}${v === undefined ? ' none' : ''}`;
      setText(cell, format.aligned(v, this.fleet.column(metric, v).decimals));
      if (v === undefined) delete cell.dataset.value;
      else cell.dataset.value = String(v);
    });
  }

  /** The devices whose rows are in view. */
  inView() {
    const first = Math.floor(this.scroller.scrollTop / kRow);
    return this.order.slice(first, first + Math.ceil(this.scroller.clientHeight / kRow));
  }

  /** Brings what is in view up to date. Cheap when nothing changed. */
  render(now) {
    const volatile = this.view.sort.replace(/^-/, '') !== 'device' || this.view.state;
    if (this.orderedVersion !== this.fleet.version ||
        now - this.orderedAt >= (volatile ? kResortMs : 4 * kResortMs)) {
      this.reorder(now);
    }
    this.chooseColumns();

    const total = this.order.length;
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / kRow) - kOverscan);
    const fits = Math.ceil(this.scroller.clientHeight / kRow) + 2 * kOverscan;
    const shown = this.order.slice(first, first + fits);
    while (this.pool.length < shown.length) this.pool.push(this.makeRow());
    while (this.body.childElementCount < shown.length) {
      this.body.append(this.pool[this.body.childElementCount]);
    }
    while (this.body.childElementCount > shown.length) this.body.lastChild.remove();
    shown.forEach((device, i) => this.fillRow(this.pool[i], device, first + i, now));

    this.before.style.height = `${first * kRow}px`;
    this.after.style.height = `${Math.max(0, total - first - shown.length) * kRow}px`;
    this.table.setAttribute('aria-rowcount', total + 1);
    this.empty.hidden = total > 0;
    if (total === 0) {
      setText(this.empty, this.fleet.devices.size ? 'No device matches.'
                                                  : 'Waiting for the first device.');
    }
  }
}
