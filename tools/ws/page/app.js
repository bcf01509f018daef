// SPDX-License-Identifier: Apache-2.0
// The page: what the server sends goes into the fleet, and once per frame onto the screen.

import { Detail } from './chart.js';
import { Fleet } from './fleet.js';
import { Link } from './link.js';
import { Table } from './table.js';

// --- what the user looks at, kept in the address so that it can be shared and reloaded ----------

const params = new URLSearchParams(location.search);
const view = {
  q: params.get('q') ?? '',
  state: ['fresh', 'late', 'silent'].includes(params.get('state')) ? params.get('state') : '',
  sort: params.get('sort') || 'device',
  device: params.get('device') ?? '',
  metrics: (params.get('metrics') ?? '').split(',').filter(Boolean),
  picked: params.has('metrics'),
  chosen: params.has('device'), // somebody has opened or closed a device
};

function saveView() {
  const next = new URLSearchParams();
  if (view.q) next.set('q', view.q);
  if (view.state) next.set('state', view.state);
  if (view.sort !== 'device') next.set('sort', view.sort);
  if (view.chosen) next.set('device', view.device);
  if (view.picked) next.set('metrics', view.metrics.join(','));
  const query = next.toString();
  history.replaceState(null, '', query ? `?${query}` : location.pathname);
}

const fleet = new Fleet();
const table = new Table(fleet, view, { select, sort });
const detail = new Detail(fleet, view, { pick, close: () => select('') });

function select(id) {
  view.device = view.chosen && id === view.device ? '' : id;
  view.chosen = true;
  saveView();
  draw();
}

/** Until somebody chooses: one live chart, where there is room for it beside the table. */
function selectFirst() {
  if (!matchMedia('(min-width: 900px)').matches) return;
  view.device = table.first(fleet.now())?.id ?? '';
}

function sort(key) {
  view.sort = view.sort === key ? `-${key}` : key;
  table.invalidate();
  table.showSort();
  saveView();
  draw();
}

function pick(names) {
  view.metrics = names;
  view.picked = true;
  saveView();
  draw();
}

// --- drawing: once per animation frame when there is news, and every second for the ages ---------

let paused = false;
let pausedAt = 0;
let frame = 0;

function draw() {
  if (!frame) frame = requestAnimationFrame(render);
}

function render() {
  frame = 0;
  const now = paused ? pausedAt : fleet.now();
  table.render(now);
  detail.show(fleet.devices.get(view.device));
  detail.render(now);
  showCounts();
}

setInterval(() => { if (!paused) draw(); }, 1000);
table.scroller.addEventListener('scroll', draw, { passive: true });
addEventListener('resize', draw);

const stateButtons = [...document.querySelectorAll('[data-filter-state]')];

function showCounts() {
  const { fresh, late, silent } = table.counts;
  const shown = { '': fresh + late + silent, fresh, late, silent };
  for (const button of stateButtons) {
    const count = String(shown[button.dataset.filterState]);
    const box = button.querySelector('b');
    if (box.textContent !== count) box.textContent = count;
    button.setAttribute('aria-pressed', button.dataset.filterState === view.state);
  }
}

// --- the connection -----------------------------------------------------------------------------

const banner = document.getElementById('connection');
const link = { state: 'connecting', seconds: 0, input: 'live' };
let held = new Map(); // while paused: the newest record of each device
let heldCount = 0;
let epoch = '';
let snapshot = null;  // ids seen since the server greeted us

function showConnection() {
  let state = 'live';
  let text = 'live';
  if (link.state === 'lost') {
    [state, text] = ['lost', `connection lost, next attempt in ${link.seconds} s`];
  } else if (link.state === 'connecting') {
    [state, text] = ['connecting', 'connecting'];
  } else if (paused) {
    [state, text] = ['paused', `paused, ${heldCount} ${heldCount === 1 ? 'update' : 'updates'} held`];
  } else if (link.input === 'waiting') {
    [state, text] = ['waiting', 'connected, but the server has no Kafka broker'];
  } else if (link.input === 'ended') {
    [state, text] = ['ended', 'the input has ended'];
  }
  banner.dataset.state = state;
  const box = banner.querySelector('.text');
  if (box.textContent !== text) box.textContent = text;
}

function onDevices(message) {
  if (!Array.isArray(message.devices)) return;
  for (const record of message.devices) {
    if (snapshot) snapshot.add(record.deviceId);
    if (paused) {
      held.set(record.deviceId, record);
      heldCount += 1;
    } else {
      fleet.put(record);
    }
  }
  if (snapshot && message.more === false) {
    if (!paused) fleet.retain(snapshot);
    snapshot = null;
  }
  if (!view.chosen && !snapshot && !fleet.devices.has(view.device)) selectFirst();
  if (paused) showConnection();
  else draw();
}

function onHello(message) {
  fleet.clockAhead = message.now - Date.now();
  fleet.lateMs = message.late_ms ?? fleet.lateMs;
  fleet.silentMs = message.silent_ms ?? fleet.silentMs;
  snapshot = message.epoch !== epoch ? new Set() : null;
  epoch = message.epoch;
  document.getElementById('server').textContent = `${message.server}, every ${message.tick_ms} ms`;
}

function onMessage(message) {
  if (message.type === 'hello') onHello(message);
  else if (message.type === 'snapshot' || message.type === 'update') onDevices(message);
  else if (message.type === 'status') {
    link.input = message.input;
    showConnection();
  }
}

new Link(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`, {
  message: onMessage,
  state: (state, seconds) => {
    Object.assign(link, { state, seconds });
    showConnection();
  },
});

// --- controls -----------------------------------------------------------------------------------

const pauseButton = document.getElementById('pause');

function togglePause() {
  paused = !paused;
  pausedAt = fleet.now();
  pauseButton.setAttribute('aria-pressed', paused);
  pauseButton.textContent = paused ? 'Resume' : 'Pause';
  if (!paused) {
    for (const record of held.values()) fleet.put(record);
    held = new Map();
    heldCount = 0;
    draw();
  }
  showConnection();
}

pauseButton.addEventListener('click', togglePause);

const filter = document.getElementById('filter');
filter.value = view.q;
filter.addEventListener('input', () => {
  view.q = filter.value.trim();
  table.scroller.scrollTop = 0;
  table.invalidate();
  saveView();
  draw();
});

for (const button of stateButtons) {
  button.addEventListener('click', () => {
    view.state = button.dataset.filterState;
    table.scroller.scrollTop = 0;
    table.invalidate();
    saveView();
    draw();
  });
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const typing = event.target.closest?.('input[type="search"]');
  if (event.key === 'Escape') {
    if (typing) typing.blur();
    else if (view.device) select('');
  } else if (event.key === '/' && !typing) {
    event.preventDefault();
    filter.focus();
  } else if (event.key === ' ' && !event.target.closest?.('input, button, a')) {
    event.preventDefault();
    togglePause();
  }
});

showConnection();
draw();
