// SPDX-License-Identifier: Apache-2.0
// The selected device: its numbers and a live chart of those that were picked.

/* global uPlot */
import * as format from './format.js';
import { leaves } from './fleet.js';

const kHeight = 140;
const kMaxCharts = 4;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export class Detail {
  /** `view.metrics` are the picked metrics; `on.pick(names)` and `on.close()` are called. */
  constructor(fleet, view, on) {
    this.fleet = fleet;
    this.view = view;
    this.on = on;
    this.panel = document.getElementById('detail');
    this.charts = document.getElementById('charts');
    this.body = document.getElementById('metrics');
    this.plots = new Map(); // metric name to { box, plot, output }
    this.rows = new Map();
    document.getElementById('close').addEventListener('click', () => on.close());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.clearPlots());
    addEventListener('resize', () => this.resize());
  }

  show(device) {
    if (this.device === device) return;
    this.device = device;
    this.drawn = null;
    this.panel.hidden = !device;
    this.clearPlots();
    this.body.replaceChildren();
    this.rows.clear();
    if (!device) return;
    this.fleet.choose(device);
    this.panel.dataset.device = device.id;
    document.getElementById('detail-name').textContent = device.id;
  }

  clearPlots() {
    for (const { plot } of this.plots.values()) plot.destroy();
    this.plots.clear();
    this.charts.replaceChildren();
    this.drawn = null;
  }

  resize() {
    for (const { plot } of this.plots.values()) {
      plot.setSize({ width: this.charts.clientWidth, height: kHeight });
    }
  }

  /** The picked metrics that this device has, or its first number. */
  picked(numeric) {
    const wanted = this.view.metrics.filter((name) => numeric.includes(name));
    return wanted.length || this.view.picked ? wanted.slice(0, kMaxCharts) : numeric.slice(0, 1);
  }

  render(now) {
    if (!this.device) return;
    this.renderTimes(now);
    if (this.drawn === this.device.record) return;
    this.drawn = this.device.record;
    const history = this.device.history.map((point) => [point.ts, new Map(leaves(point.data))]);
    const numeric = [...this.device.metrics].filter(([, v]) => typeof v === 'number');
    const picked = this.picked(numeric.map(([name]) => name));
    this.renderMetrics(history, picked);
    this.renderCharts(history, picked);
    document.getElementById('chart-note').textContent = history.length < 2
      ? 'The line begins with the next value.'
      : `${history.length} values since ${format.time(history[0][0])}`;
  }

  renderTimes(now) {
    const { record } = this.device;
    const parts = [
      `${this.fleet.stateOf(this.device, now)}, received ${format.age(this.fleet.ageOf(this.device, now))} ago`,
      `device time ${format.dateTime(record.ts)}`,
    ];
    if (record.seq !== undefined) parts.push(`seq ${record.seq}`);
    if (record.dataBytes) parts.push(`data of ${record.dataBytes} bytes is too big to show`);
    const times = document.getElementById('detail-times');
    if (times.textContent !== parts.join(' · ')) times.textContent = parts.join(' · ');
    const tags = Object.entries(record.tags ?? {}).map(([key, v]) => `${key}=${v}`).join('  ');
    const shown = document.getElementById('detail-tags');
    if (shown.textContent !== tags) shown.textContent = tags;
  }

  renderMetrics(history, picked) {
    for (const [name, v] of this.device.metrics) {
      let row = this.rows.get(name);
      if (!row) {
        row = this.makeMetricRow(name);
        this.rows.set(name, row);
        this.body.append(row);
      }
      const numeric = typeof v === 'number';
      const box = row.querySelector('input');
      box.checked = picked.includes(name);
      box.disabled = !numeric || (!box.checked && picked.length >= kMaxCharts);
      row.cells[1].textContent = format.value(v);
      row.cells[1].dataset.value = String(v);
      const values = numeric
        ? history.map(([, metrics]) => metrics.get(name)).filter((x) => typeof x === 'number')
        : [];
      row.cells[2].textContent = values.length ? format.value(Math.min(...values)) : '';
      row.cells[3].textContent = values.length ? format.value(Math.max(...values)) : '';
    }
  }

  makeMetricRow(name) {
    const row = element('tr');
    row.dataset.metric = name;
    const head = element('th');
    head.scope = 'row';
    const label = element('label');
    const box = element('input');
    box.type = 'checkbox';
    box.addEventListener('change', () => this.pick(name, box.checked));
    label.append(box, element('span', '', name));
    head.append(label);
    row.append(head, element('td'), element('td'), element('td'));
    return row;
  }

  pick(name, on) {
    const shown = [...this.plots.keys()];
    this.on.pick(on ? [...shown, name] : shown.filter((other) => other !== name));
    this.drawn = null;
  }

  renderCharts(history, picked) {
    for (const [name, { box, plot }] of this.plots) {
      if (!picked.includes(name)) {
        plot.destroy();
        box.remove();
        this.plots.delete(name);
      }
    }
    const times = history.map(([ts]) => ts / 1000);
    for (const name of picked) {
      const values = history.map(([, metrics]) => {
        const v = metrics.get(name);
        return typeof v === 'number' ? v : null;
      });
      if (!this.plots.has(name)) this.plots.set(name, this.makePlot(name));
      const { plot, output, box } = this.plots.get(name);
      output.textContent = format.value(this.device.metrics.get(name));
      box.dataset.points = values.length;
      plot.setData([times, values]);
    }
  }

  makePlot(name) {
    const box = element('div', 'chart');
    box.dataset.metric = name;
    const title = element('h3', '', name);
    const output = element('output');
    title.append(output);
    box.append(title);
    this.charts.append(box);
    const axis = {
      stroke: colour('--soft'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { stroke: colour('--line'), width: 1 },
      font: '12px system-ui, sans-serif',
    };
    const plot = new uPlot({
      width: this.charts.clientWidth || 400,
      height: kHeight,
      padding: [8, 8, 0, 0],
      cursor: { sync: { key: 'detail' }, y: false },
      legend: { show: false },
      scales: {
        y: {
          range: (_, min, max) => {
            if (min === null || max === null) return [0, 1];
            const spread = (max - min) || Math.abs(max) * 0.1 || 1;
            return [min - spread * 0.1, max + spread * 0.1];
          },
        },
      },
      axes: [
        {
          ...axis,
          size: 28,
          space: 80,
          values: (_, ticks) => ticks.map((t) => format.time(t * 1000)),
        },
        {
          ...axis,
          size: 64,
          space: 30,
          values: (_, ticks) => ticks.map((v) => format.value(v)),
        },
      ],
      series: [
        {},
        {
          label: name,
          stroke: colour('--accent'),
          width: 1.75,
          spanGaps: false,
          points: { show: (_, __, first, last) => last - first < 30, size: 5 },
        },
      ],
    }, [[], []], box);
    return { box, plot, output };
  }
}
