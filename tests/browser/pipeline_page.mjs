// SPDX-License-Identifier: Apache-2.0
// The page at the end of a pipeline shows what the database holds as each device's last value.
//
// usage: node pipeline_page.mjs URL PICTURE < lines of "device<TAB>value"

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const [url, picture] = process.argv.slice(2);

const expected = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const [device, value] = line.split('\t');
  expected.set(device, value);
}
assert.ok(expected.size > 0, 'no device to look for');

const profile = await mkdtemp(join(tmpdir(), 'tlm-browser.'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  viewport: { width: 1400, height: 900 },
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const page = context.pages()[0] ?? await context.newPage();
  await page.goto(url);
  for (const [device, value] of expected) {
    // The table holds only the rows in view: the filter brings each one there.
    await page.fill('#filter', device);
    const cell = page.locator(`#rows tr[data-device="${device}"] td[data-metric="value"]`);
    await cell.waitFor({ timeout: 10_000 });
    assert.equal(Number(await cell.getAttribute('data-value')), Number(value), device);
  }
  const [first] = expected.keys();
  await page.fill('#filter', first);
  await page.click(`#rows tr[data-device="${first}"]`);
  await page.fill('#filter', '');
  await page.locator('#charts .chart canvas').first().waitFor();
  await page.screenshot({ path: picture });
  console.log(`page: ${expected.size} devices show their last value; picture in ${picture}`);
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}
