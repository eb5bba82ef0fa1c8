// Each byte of a small room's file is changed in turn, in words, headers and lengths alike, and each event left out: the page refuses every one
// with its place, the same as the host. Words that are left out may have been taken back: both say so.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { host as program } from '../e2e/lib/tools.js';
import { scenario } from '../e2e/lib/world.js';

/** So many files are handed to the page at once. */
const AT_ONCE = 64;

/** What the host says of a file. */
const host = (file) =>
  new Promise((resolve) => {
    execFile(program, ['verify', file], (error, _, complaint) => resolve({ code: error?.code ?? 0, complaint: complaint.trim() }));
  });

/** What the page says of each of these files, one after the other. */
const verified = (tab, files) =>
  tab.page.evaluate(async (files) => {
    const told = [];
    for (const { name, bytes } of files) {
      const input = document.querySelector('[data-testid="verify-file"]');
      const given = new DataTransfer();
      given.items.add(new File([new Uint8Array(bytes)], name));
      input.files = given.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
      const result = () => [...document.querySelectorAll('[data-testid="verify-result"]')].find((it) => it.textContent.includes(name));
      while (!/good|refused/.test(result()?.dataset.state ?? '')) await new Promise((done) => setTimeout(done, 1));
      const { state, block, at } = result().dataset;
      told.push({ name, state, block, at, text: result().textContent });
    }
    return told;
  }, files);

/** A number as unsigned LEB128, and where it ends. */
function varint(bytes, from) {
  let [value, at] = [0, from];
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at];
    at += 1;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

/** Where each part of the file begins and ends, the header first. */
function parts(bytes) {
  const all = [];
  for (let from = 0; from < bytes.length; ) {
    const [length, begin] = varint(bytes, from);
    all.push([from, begin + length]);
    from = begin + length;
  }
  return all;
}

scenario('each byte that is changed and each event that is left out is refused with its place, in page and host alike', async (world) => {
  const ada = await world.tab(await world.browser(), 'Ada');
  await ada.found({ title: 'A' });
  await ada.inRoom();
  await ada.call('introduce', { name: 'Ada' });
  await ada.post('a word');
  const good = Buffer.from(await ada.page.evaluate(async () => [...(await window.paceline.exportCar())]));
  await ada.view('view-verify');
  const [whole] = await verified(ada, [{ name: 'whole.car', bytes: [...good] }]);
  assert.equal(whole.state, 'good', whole.text);
  const files = [...good.keys()].map((at) => {
    const bytes = Buffer.from(good);
    bytes[at] ^= 1 << at % 8;
    return { name: `byte-${at}.car`, bytes: [...bytes] };
  });
  const [, ...blocks] = parts(good);
  const [from, to] = blocks.find(([from, to]) => good.subarray(from, to).includes('a word'));
  const wordless = `without-${from}.car`;
  assert.equal(good.subarray(from, to).includes('author'), false, 'words are a block of their own');
  assert.ok(blocks.length >= 4, `${blocks.length} blocks`);
  for (const [from, to] of blocks) {
    files.push({ name: `without-${from}.car`, bytes: [...Buffer.concat([good.subarray(0, from), good.subarray(to)])] });
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'paceline-verify-'));
  const places = new Set();
  try {
    for (let from = 0; from < files.length; from += AT_ONCE) {
      const some = files.slice(from, from + AT_ONCE);
      for (const page of await verified(ada, some)) {
        const file = path.join(folder, page.name);
        await writeFile(file, Buffer.from(some.find((it) => it.name === page.name).bytes));
        const { code, complaint } = await host(file);
        if (page.name === wordless) {
          assert.deepEqual([page.state, code], ['good', 0]);
          assert.match(page.text, /0 with their words, 1 without/);
          continue;
        }
        assert.deepEqual([page.state, code], ['refused', 1], `${page.name}: ${page.text} / ${complaint}`);
        const place = page.block === '0' ? `header at byte ${page.at}` : `block ${page.block} at byte ${page.at}`;
        assert.ok(complaint.includes(place), `${page.name}: ${complaint} says ${place}`);
        places.add(page.block);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.equal(places.size, blocks.length + 1, `${[...places]}`);
  world.log(`${good.length} bytes, ${blocks.length} blocks: ${files.length - 1} files refused with the same place by both`);
});
