// A room's file is verified in the page as it is by the host: good, or refused with the same place; within a room and without one. And
// the room as a page of notes and as JSON lines.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { converged } from './lib/tab.js';
import { host as program } from './lib/tools.js';
import { scenario } from './lib/world.js';

/** What the host says of a file. */
const host = (file) =>
  new Promise((resolve) => {
    execFile(program, ['verify', file], (error, said, complaint) => resolve({ code: error?.code ?? 0, said, complaint }));
  });

/** What the page says of it. */
async function verified(tab, file) {
  await tab.at('verify-file').setInputFiles(file);
  const result = tab.at('verify-result').filter({ hasText: path.basename(file) });
  await tab.until('it is verified', async () => /good|refused/.test((await result.getAttribute('data-state')) ?? ''));
  const [state, block, at, text] = await Promise.all([
    ...['data-state', 'data-block', 'data-at'].map((name) => result.getAttribute(name)),
    result.textContent(),
  ]);
  return { state, block, at, text };
}

scenario('a file is good, or refused with its place, in the page as in the host', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const first = await ada.post('first');
  await ben.has(first);
  await ben.post('second');
  await converged([ada, ben]);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'paceline-verify-'));
  try {
    const good = Buffer.from(await ada.page.evaluate(async () => [...(await window.paceline.exportCar())]));
    const write = async (name, bytes) => {
      const file = path.join(folder, name);
      await writeFile(file, bytes);
      return file;
    };
    const start = await world.tab(await world.browser(), 'Start');
    await start.at('start-verify').locator('summary').click();
    await ada.view('view-verify');
    const whole = await write('whole.car', good);
    const { events } = await ada.status();
    for (const tab of [ada, start]) {
      const { state, text } = await verified(tab, whole);
      assert.equal(state, 'good', text);
      assert.match(text, new RegExp(`${events} events`));
      assert.match(text, /names the last ones/);
      const authors = await tab.at('verify-author').evaluateAll((all) => all.map((it) => [it.dataset.node, it.dataset.events]));
      assert.deepEqual(authors.map(([node]) => node).sort(), [await ada.node(), await ben.node()].sort());
      assert.equal(authors.reduce((sum, [, many]) => sum + Number(many), 0), events);
    }
    assert.equal((await host(whole)).code, 0);

    const blocks = new Set();
    for (let part = 0; part < 12; part += 1) {
      const changed = Buffer.from(good);
      const byte = Math.floor(((changed.length - 1) * part) / 11);
      changed[byte] ^= 1;
      const file = await write(`changed-${part}.car`, changed);
      const { code, complaint } = await host(file);
      const page = await verified(part % 2 ? ada : start, file);
      assert.deepEqual([code, page.state], [1, 'refused'], `byte ${byte}`);
      const place = page.block === '0' ? `header at byte ${page.at}` : `block ${page.block} at byte ${page.at}`;
      assert.ok(complaint.includes(place), `${complaint} says ${place}`);
      const why = complaint.trim().split(': ').pop();
      assert.ok(page.text.includes(why), `${page.text} says ${why}`);
      blocks.add(page.block);
    }
    assert.ok(blocks.size > 3, `header and blocks: ${[...blocks]}`);
    const cut = await write('cut.car', good.subarray(0, good.length - 7));
    assert.equal((await verified(ada, cut)).state, 'refused');
  } finally {
    await rm(folder, { recursive: true });
  }
});

scenario('notes are a page that opens without a network, and the log is JSON lines', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const meeting = await ada.call('meeting.open', { title: 'Stand-up <b>' });
  await ada.call('meeting.addItem', { title: 'Loads', meeting });
  const claim = await ada.post('It carries forty tonnes & more');
  await ben.has(claim);
  await ben.call('feedback', { target: claim, stance: 'correct', text: '<script>alert(1)</script> Twenty' });
  await ada.call('meeting.close', meeting, 'See you');
  await converged([ada, ben]);
  await ben.view('view-minutes');
  const save = async (tab, press) => {
    const downloading = tab.page.waitForEvent('download');
    await press();
    const download = await downloading;
    return { name: download.suggestedFilename(), file: await download.path() };
  };
  const { name, file } = await save(ben, () => ben.at('past-meeting').getByTestId('export-html').click());
  assert.equal(name, 'Stand-up--b.html');
  const page = await readFile(file, 'utf8');
  assert.equal(page, await ben.call('minutes', { meeting, as: 'html' }));

  const folder = await mkdtemp(path.join(os.tmpdir(), 'paceline-notes-'));
  try {
    const copy = path.join(folder, 'notes.html');
    // The file itself is opened from where it was saved.
    world.provokes(/^request to file:.*notes\.html$/);
    await writeFile(copy, page);
    const context = await world.browser();
    await context.setOffline(true);
    const reader = await context.newPage();
    const asked = [];
    reader.on('request', (request) => asked.push(request.url()));
    await reader.goto(pathToFileURL(copy).href);
    assert.equal(await reader.title(), 'Stand-up <b>');
    const text = await reader.locator('main').innerText();
    const correction = text.indexOf('<script>alert(1)</script> Twenty');
    assert.ok(correction > 0 && correction < text.indexOf('It carries forty tonnes & more'), text);
    assert.equal(await reader.locator('script, link, img, a').count(), 0);
    assert.deepEqual(asked, [pathToFileURL(copy).href], 'nothing else is asked for');
    await reader.emulateMedia({ media: 'print' });
    assert.equal(await reader.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
    await reader.close();
  } finally {
    await rm(folder, { recursive: true });
  }

  await ada.view('view-settings');
  const json = await save(ada, () => ada.at('export-json').click());
  assert.match(json.name, /\.jsonl$/);
  const lines = (await readFile(json.file, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines.length, (await ada.status()).events);
  const said = lines.find((it) => it.cid === claim);
  assert.deepEqual([said.kind, said.name, said.words, said.author], ['posted', 'Ada', 'It carries forty tonnes & more', await ada.node()]);
  assert.equal(lines[0].kind, 'room-founded');
  assert.equal(lines.map((it) => JSON.stringify(it)).join('\n'), (await ada.call('exportJson')).trimEnd().split('\n').map((it) => JSON.stringify(JSON.parse(it))).join('\n'));
});
