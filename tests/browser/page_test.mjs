// SPDX-License-Identifier: Apache-2.0
// The page of tlm-ws in a real browser: it shows the last values, live, and nothing else happens.
//
// usage: node page_test.mjs PATH-OF-TLM-WS [FOLDER-FOR-PICTURES]

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [program, pictures] = process.argv.slice(2);

class Server {
  constructor(port = 0) {
    this.seq = 0;
    this.process = spawn(program, ['--stdin', '--tick', '50ms', '--late', '3s', '--silent', '1h',
      '--listen', `127.0.0.1:${port}`], { stdio: ['pipe', 'ignore', 'pipe'] });
    this.exited = new Promise((resolve) => this.process.on('exit', resolve));
  }

  async port() {
    let log = '';
    for await (const data of this.process.stderr) {
      log += data;
      const found = /serving http:\/\/127\.0\.0\.1:(\d+)\//.exec(log);
      if (found) return Number(found[1]);
    }
    throw new Error(`tlm-ws ended: ${log}`);
  }

  put(deviceId, data, tags, receivedAt = Date.now()) {
    this.seq += 1;
    this.process.stdin.write(`${JSON.stringify({
      v: 1, deviceId, ts: receivedAt, receivedAt, seq: this.seq, tags, data,
    })}\n`);
  }

  async stop() {
    this.process.kill('SIGTERM');
    return this.exited;
  }
}

const cell = (page, device, metric) =>
  page.locator(`#rows tr[data-device="${device}"] td[data-metric="${metric}"]`);

async function shows(locator, text) {
  await locator.filter({ hasText: new RegExp(`^${text}$`) }).waitFor({ timeout: 60_000 });
}

async function lastValues(page, server) {
  server.put('pump-1', { temp_c: 21.5, rpm: 1480 }, { site: 'A' });
  server.put('pump-2', { temp_c: -3, state: '<b>bold</b>' }, { site: 'B' });
  await shows(cell(page, 'pump-1', 'temp_c'), '21.5');
  assert.equal(await cell(page, 'pump-2', 'state').textContent(), '<b>bold</b>');
  assert.equal(await page.locator('#rows b').count(), 0, 'device text became markup');
  server.put('pump-1', { temp_c: 22.5, rpm: 1490 }, { site: 'A' });
  await shows(cell(page, 'pump-1', 'temp_c'), '22.5');
  assert.equal(await cell(page, 'pump-1', 'rpm').getAttribute('data-value'), '1490');
}

async function filterAndSort(page) {
  await page.fill('#filter', '"site":"b"');
  await page.locator('#rows tr[data-device="pump-1"]').waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).searchParams.get('q'), '"site":"b"');
  await page.fill('#filter', '');
  await page.click('th[data-key="temp_c"] button');
  await page.waitForFunction(() => document.querySelector('#rows tr').dataset.device === 'pump-2');
  await page.click('th[data-key="temp_c"] button');
  await page.waitForFunction(() => document.querySelector('#rows tr').dataset.device === 'pump-1');
  assert.equal(await page.getAttribute('th[data-key="temp_c"]', 'aria-sort'), 'descending');
  assert.equal(new URL(page.url()).searchParams.get('sort'), '-temp_c');
}

async function chart(page, server) {
  // Nobody has chosen a device yet: the first one has its chart beside the table.
  assert.equal(await page.getAttribute('#detail', 'data-device'), 'pump-1');
  assert.equal(new URL(page.url()).searchParams.get('device'), null);
  await page.click('#rows tr[data-device="pump-1"]');
  const plot = page.locator('#charts .chart[data-metric="temp_c"]');
  await plot.locator('canvas').waitFor();
  const before = Number(await plot.getAttribute('data-points'));
  server.put('pump-1', { temp_c: 23.5, rpm: 1500 }, { site: 'A' });
  await page.waitForFunction((count) => {
    const box = document.querySelector('#charts .chart[data-metric="temp_c"]');
    return Number(box.dataset.points) > count;
  }, before);
  await page.check('#metrics tr[data-metric="rpm"] input');
  await page.locator('#charts .chart[data-metric="rpm"] canvas').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('device'), 'pump-1');
  assert.equal(new URL(page.url()).searchParams.get('metrics'), 'temp_c,rpm');
  await page.reload();
  await page.locator('#charts .chart[data-metric="rpm"] canvas').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#detail').waitFor({ state: 'hidden' });
  await page.reload();
  await shows(cell(page, 'pump-1', 'temp_c'), '23.5');
  assert.ok(await page.locator('#detail').isHidden(), 'a closed chart came back');
}

/** What is in view decides the columns: a metric that few devices have is seen where they are. */
async function columnsFollowRows(page, server) {
  for (let i = 0; i < 40; i += 1) {
    server.put(`zone-${i}`, Object.fromEntries([...'abcdefghijkl'].map((name) => [name, i])));
  }
  server.put('valve-1', { lonely: 1 });
  await page.fill('#filter', 'valve-1');
  await shows(cell(page, 'valve-1', 'lonely'), '1(\\.0+)?');
  await page.fill('#filter', '');
}

async function pause(page, server) {
  await page.locator('body').press(' ');
  server.put('pump-1', { temp_c: 30, rpm: 1 }, { site: 'A' });
  await page.locator('#connection .text', { hasText: 'paused, 1 update held' }).waitFor();
  assert.notEqual(await cell(page, 'pump-1', 'rpm').textContent(), '1');
  await page.locator('body').press(' ');
  await shows(cell(page, 'pump-1', 'rpm'), '1');
}

async function ageing(page, server) {
  const stamped = Date.now() - 60_000;
  server.put('old-1', { temp_c: 1 }, {}, stamped);
  const row = page.locator('#rows tr[data-device="old-1"]');
  await row.locator('td.state', { hasText: 'late' }).waitFor();
  const age = async () => (await row.locator('td.age').textContent());
  const first = await age();
  await page.waitForFunction((was) => document.querySelector(
    '#rows tr[data-device="old-1"] td.age').textContent !== was, first);
  const [minutes, seconds] = (await age()).match(/^(\d+) m (\d+) s$/).slice(1).map(Number);
  const old = minutes * 60 + seconds;
  assert.ok(old >= 60 && old <= (Date.now() - stamped) / 1000 + 1, `${old} s`);
}

async function manyDevices(page, server) {
  for (let i = 0; i < 10_000; i += 1) server.put(`many-${i}`, { temp_c: i });
  await page.waitForFunction(() =>
    document.querySelector('[data-filter-state=""] b').textContent === '10044', null,
  { timeout: 30_000 });
  assert.ok(await page.locator('#rows tr').count() < 100, 'rows out of view exist');
  await page.fill('#filter', 'many-9999');
  await shows(cell(page, 'many-9999', 'temp_c'), '9999(\\.0+)?');
  await page.fill('#filter', '');
}

async function reconnect(page, server, port) {
  assert.equal(await server.stop(), 0);
  await page.locator('#connection[data-state="lost"]').waitFor();
  const again = new Server(port);
  await again.port();
  again.put('new-1', { temp_c: 7 });
  await shows(cell(page, 'new-1', 'temp_c'), '7(\\.0+)?');
  await page.locator('#rows tr[data-device="pump-1"]').waitFor({ state: 'detached' });
  await page.locator('#connection[data-state="live"]').waitFor();
  return again;
}

async function narrowAndDark(page) {
  for (const [name, colorScheme, width] of [['light', 'light', 1400], ['dark', 'dark', 1400],
    ['phone', 'light', 390]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(scroll <= width, `${name}: the page is wider than its window`);
    assert.ok(await page.locator('#pause').isVisible());
    if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
  }
}

const profile = await mkdtemp(join(tmpdir(), 'tlm-page-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  viewport: { width: 1400, height: 844 },
});
let server = new Server();
try {
  const port = await server.port();
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !text.includes('WebSocket connection')) complaints.push(text);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).host !== `127.0.0.1:${port}`) complaints.push(request.url());
  });

  await page.goto(`http://127.0.0.1:${port}/`);
  await page.locator('#connection[data-state="live"]').waitFor();
  await lastValues(page, server);
  await filterAndSort(page);
  await chart(page, server);
  await pause(page, server);
  await columnsFollowRows(page, server);
  await ageing(page, server);
  await narrowAndDark(page);
  await page.setViewportSize({ width: 1400, height: 844 });
  await manyDevices(page, server);
  server = await reconnect(page, server, port);
  assert.deepEqual(complaints, []);
  console.log('ok');
} finally {
  await browser.close();
  await server.stop();
  await rm(profile, { recursive: true, force: true });
}
