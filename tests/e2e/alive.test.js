// A page tells how it fares: which build it is, how long it held people up, what memory it holds.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { dist } from './lib/tools.js';
import { scenario } from './lib/world.js';

/** What a person reads. */
const read = async (tab, handle) => (await tab.at(handle).innerText()).trim();

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

scenario('a page counts its long tasks and tells the longest, to people and to scripts', async (world) => {
  const {
    tabs: [ada],
  } = await world.room(['Ada']);
  const page = async () => (await ada.status()).page;
  const before = await page();
  assert.equal(before.measuredBy, 'browser');
  const took = await ada.page.evaluate(
    () =>
      new Promise((done) =>
        setTimeout(() => {
          const begin = performance.now();
          while (performance.now() < begin + 1_500);
          done(performance.now() - begin);
        }),
      ),
  );
  await ada.until('the task is counted', async () => (await page()).longTasks > before.longTasks);
  const { longestTaskMs } = await page();
  // Browsers tell whole milliseconds.
  assert.ok(longestTaskMs >= Math.floor(took) - 1, `${longestTaskMs} of ${took}`);

  await ada.view('view-settings');
  await ada.at('page-pause').waitFor();
  const [, seconds] = /^Longest pause since it was opened: (\d+\.\d) s\.$/.exec(await read(ada, 'page-pause'));
  assert.ok(Number(seconds) >= 1.5);
});

scenario('a page tells what memory it holds, and what of it the room is', async (world) => {
  const {
    tabs: [ada],
  } = await world.room(['Ada']);
  const page = async () => (await ada.status()).page;
  const before = await page();
  assert.ok(before.memoryBytes > before.logBytes + before.wordsBytes);
  const words = 'Wörter, '.repeat(500);
  const post = await ada.post(words);
  const after = await page();
  assert.equal(after.wordsBytes - before.wordsBytes, Buffer.byteLength(words));
  assert.ok(after.logBytes > before.logBytes);
  await ada.call('retract', post);
  assert.equal((await page()).wordsBytes, before.wordsBytes, 'words that were taken back are gone');

  await ada.view('view-settings');
  assert.match(await read(ada, 'page-memory'), /^Memory: [\d.]+ [KMG]B, of which this room’s events and words are [\d.]+ [KMG]B\.$/);
  await ada.page.evaluate(() => location.replace('#/'));
  await ada.until('no room is open', async () => (await ada.status()).room === null);
  const { memoryBytes, logBytes, wordsBytes } = await page();
  assert.ok(memoryBytes > 0);
  assert.deepEqual([logBytes, wordsBytes], [0, 0]);
});

scenario('the build that Settings names is made of the very files on the host', async (world) => {
  const {
    tabs: [ada],
  } = await world.room(['Ada']);
  await ada.view('view-settings');
  const build = await read(ada, 'page-build');
  const shown = await ada.at('page-sums').inputValue();
  const lines = shown.trimEnd().split('\n');
  for (const line of lines) {
    const [sum, file] = line.split('  ');
    assert.equal(sum, sha256(await readFile(path.join(dist, file))), file);
  }
  const files = lines.map((line) => line.split('  ')[1]);
  for (const kind of [/^shell-.*\.js$/, /^paceline-.*\.js$/, /^paceline-.*_bg\.wasm$/, /^styles-.*\.css$/]) {
    assert.equal(files.filter((file) => kind.test(file)).length, 1, `${kind} among ${files}`);
  }
  assert.deepEqual(files, [...files].sort());
  assert.equal(build, sha256(shown).slice(0, 12));
  // What a host is given; a page that was built in seconds has no list.
  const listed = await readFile(path.join(dist, 'SHA256SUMS'), 'utf8').catch(() => null);
  if (listed !== null) for (const line of lines) assert.ok(listed.split('\n').includes(line), line);
});
