// Logs of those who mean harm, as a file each: they come in, are there after a reload, and what they cost is told beside a meeting.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readCar } from '../fixtures/events.js';
import { exported, take } from './lib/newcomer.js';
import { every } from './lib/soak.js';
import { hostileLogs } from './lib/tools.js';
import { scenario } from './lib/world.js';

/** A way into the room of a file: version 1, the room, a secret, and the beginning of the SHA-256 of all that. */
function linkOf(root) {
  const content = Buffer.concat([Buffer.from([1]), root.bytes.subarray(-32), randomBytes(32)]);
  const sum = createHash('sha256').update(content).digest().subarray(0, 4);
  return `#/r/${Buffer.concat([content, sum]).toString('base64url')}`;
}

/** The longest task of the page since it was opened, or since this was asked. */
const longest = (tab) =>
  tab.page.evaluate(() => {
    const { tasks } = window;
    window.tasks = [];
    return Math.round(Math.max(0, ...tasks));
  });

const watchTasks = () => {
  window.tasks = [];
  const note = (list) => window.tasks.push(...list.getEntries().map((task) => task.duration));
  new PerformanceObserver(note).observe({ type: 'longtask', buffered: true });
};

const cids = (blocks) => blocks.map(([link]) => String(link)).toSorted();

scenario('logs of those who mean harm come in whole and are there after a reload', async (world) => {
  assert.ok(hostileLogs, 'the logs were written (cargo xtask test e2e does it)');
  const all = (await readdir(hostileLogs)).filter((name) => name.endsWith('.car')).toSorted();
  assert.ok(all.length > 20 && all[0] === 'a-meeting.car', 'the meeting comes first');
  // Natively every run folds them all, and counts what they cost.
  const files = all.filter((_, at) => at % every(5, 1) === 0);
  for (const file of files) {
    const car = await readFile(path.join(hostileLogs, file));
    const { root, blocks } = readCar(car);
    const context = await world.browser();
    await context.addInitScript(watchTasks);
    const tab = await world.tab(context, file, world.url + linkOf(root));
    await longest(tab);
    const began = Date.now();
    const report = await take(tab, car);
    const imported = Date.now() - began;
    assert.deepEqual(report, { admitted: blocks.length, known: 0, pending: 0, refused: {} }, file);
    const tasks = [await longest(tab)];
    const again = Date.now();
    await tab.page.reload();
    await tab.inRoom();
    await tab.until('all is there', async () => (await tab.status()).events >= blocks.length);
    const reloaded = Date.now() - again;
    tasks.push(await longest(tab));
    const kept = new Set(cids((await exported(tab)).blocks));
    assert.deepEqual(cids(blocks).filter((cid) => !kept.has(cid)), [], `${file}: nothing is lost`);
    world.log(
      `${path.basename(file, '.car')}, ${blocks.length} events: imported in ${imported} ms, reloaded in ${reloaded} ms, longest task ${tasks[0]} and ${tasks[1]} ms`,
    );
    await context.browser().close();
  }
});
