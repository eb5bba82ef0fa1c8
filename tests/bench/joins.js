// Joining a room that has a past: when all of it is there, when its newest page can be read, what that keeps a person from, and what it
// costs in memory.
import { until } from '../e2e/lib/tab.js';
import { verifyBare } from './ingest.js';
import { FEW, RUNS, beside, line, print } from './lib/print.js';
import { settled } from './lib/processes.js';
import { CALLED, startRivals } from './lib/rivals.js';
import { agree, digest, forget, inSync, isFresh, longRoom, mark, noted, open, runs } from './lib/tabs.js';

const AIM = {
  1_000: '<= 200 ms, every signature checked',
  10_000: '<= 900 ms',
  readable: '<= 300 ms',
  task: 'no task over 100 ms',
  key: '<= 100 ms',
  verify: '>= 40 000 signatures/s',
  memory: '<= 6 x their bytes',
};
const SLOW = 4;
/** Between two presses of a key, in milliseconds. */
const PRESS_EVERY = 40;
/** So long a page is left alone before its memory is read, in milliseconds. */
const REST = 3_000;

/** Who joins beside it, and how each is called: what joins within one browser over BroadcastChannel knows no limit of size. */
const RIVALS = [
  { name: 'raw', called: CALLED.raw },
  { name: 'trystero', called: CALLED.trystero },
  { name: 'y-webrtc', called: 'y-webrtc, over BroadcastChannel' },
  { name: 'y-webrtc', called: 'y-webrtc, over WebRTC', apart: true },
];

/** A rival's page holds so many entries; others join it, in the same browser or in another. When each had all. */
async function rival(rivals, { name, called, apart }, { entries, bytes, contexts: [first, other], count, slow }) {
  const address = rivals.at(name, `join-${entries}-${apart}`, name === 'raw' ? [] : [String(entries)]);
  const server = await first.newPage();
  await server.goto(address);
  await until('it waits', () => server.evaluate(() => window.rival !== undefined));
  await server.evaluate(([count, bytes]) => window.rival.offer(count, bytes), [entries, bytes]);
  const { of, note, tell } = noted(name);
  // What does not come once does not come.
  let comes = true;
  await runs(async () => {
    if (!comes) return;
    const page = await open(apart ? other : first, address, { slow });
    comes = await note(page, ['all']);
    await page.close();
  }, count);
  await server.close();
  return { called, times: of('all'), tell: () => tell(`${entries} entries, ${called}`) };
}

/** A fresh tab joins a room with so many entries; beside it pages of the others that are sent as much. */
async function join(world, entries, { slow = 1, count = RUNS } = {}) {
  const { context, link, ada, bytes, newest } = await longRoom(world, entries);
  const what = slow > 1 ? `fresh tab, CPU ${slow} x slower, holds ${entries} entries` : `fresh tab holds ${entries} entries`;
  const times = { sync: [], readable: [], longest: [], rate: [], reload: [], verified: [], bare: [] };
  let signatures;
  await runs(async () => {
    const { events } = await ada.status();
    const page = await open(context, link, { newest, slow });
    const at = await inSync(page, events, what);
    const fresh = await isFresh(page, what);
    if (fresh) times.readable.push(await mark(page, 'bench:readable'));
    if (fresh && at !== null) {
      times.sync.push(at);
      times.rate.push((events / (at - (await mark(page, 'paceline:first-peer')))) * 1_000);
    }
    await page.locator('[data-testid="post"][data-checked="true"]').filter({ hasText: newest }).waitFor();
    // How many of them were checked together, and by how many multiplications of many points.
    signatures = await page.evaluate(async () => (await window.paceline.status()).signatures);
    if (fresh) times.verified.push(((signatures.together + signatures.alone) / signatures.ms) * 1_000);
    // Before the whole state is asked for: telling it to a script takes a task of its own.
    if (fresh) times.longest.push(await page.evaluate(() => window.bench.longest));
    await agree(ada.page, page);
    if (slow === 1) {
      await page.reload({ waitUntil: 'commit' });
      const again = await inSync(page, events, `reload of ${entries} entries`);
      if (again !== null) times.reload.push(again);
    }
    times.bare.push(await verifyBare(page));
    await forget(page, [ada]);
  }, count);
  const rivals = await startRivals(world);
  const how = { entries, bytes, contexts: [context, await world.browser()], count, slow };
  const theirs = [];
  for (const it of slow > 1 ? RIVALS.slice(0, 1) : RIVALS) theirs.push(await rival(rivals, it, how));
  const all = Object.fromEntries(theirs.map(({ called, times }) => [called, times]));
  beside(`${what}: navigation to in sync`, 'ms', slow > 1 ? null : AIM[entries], times.sync, all);
  beside(`${what}: navigation to newest page readable`, 'ms', slow > 1 ? null : AIM.readable, times.readable, { floor: all.floor });
  if (slow === 1) {
    const again = `reload of a tab that holds ${entries} entries: navigation to in sync`;
    beside(again, 'ms', null, times.reload, { floor: all.floor });
  }
  line(`${what}: first peer to in sync (received, checked, on the way to storage)`, 'entries/s', times.rate);
  const verification = `${what}: signatures verified on the way in, hashing included`;
  beside(verification, 'signatures/s', AIM.verify, times.verified, { floor: times.bare });
  if (signatures) print({ measure: `${what}: signatures checked in the last run`, unit: 'signatures', ...signatures });
  line(`${what}: longest task`, 'ms', times.longest, { aim: AIM.task });
  for (const { tell } of theirs) tell();
}

export const join1000 = (world) => join(world, 1_000);
export const join10000 = (world) => join(world, 10_000);
export const join1000Slow = (world) => join(world, 1_000, { slow: SLOW });
export const join10000Slow = (world) => join(world, 10_000, { slow: SLOW, count: FEW });

/** Keys are pressed from the link's opening until 10,000 entries are there; how long the page takes to paint what each did. */
export async function keys(world) {
  const { context, link, ada } = await longRoom(world, 10_000);
  const [all, longest, counts] = [[], [], []];
  await runs(async () => {
    const { events } = await ada.status();
    const page = await open(context, link);
    let done = false;
    let pressed = 0;
    const presses = (async () => {
      while (!done) {
        const composer = page.locator('[data-testid="composer-text"]');
        const typed = (await composer.count()) > 0 && composer.first().focus({ timeout: 100 });
        if (typed) await typed.catch(() => {});
        await page.keyboard.press('a');
        pressed += 1;
        await page.waitForTimeout(PRESS_EVERY);
      }
    })();
    await inSync(page, events, 'keys while joining');
    const after = await page.evaluate(() => performance.now());
    done = true;
    await presses;
    // What was pressed last is told with the next frame.
    await page.waitForTimeout(500);
    const [from, to] = [await mark(page, 'paceline:interactive'), after];
    const took = (await page.evaluate(() => window.bench.keys)).filter(({ at }) => at >= from && at <= to).map((it) => it.took);
    // What is answered sooner than in 16 ms is not told one by one.
    all.push(...took);
    longest.push(Math.max(16, ...took));
    counts.push(pressed);
    await forget(page, [ada]);
  }, FEW);
  line('key pressed while 10000 entries come in, longest answer', 'ms', longest, { aim: AIM.key });
  line('key pressed while 10000 entries come in, answers of 16 ms and more', 'ms', all);
  line('keys pressed a run', 'keys', counts);
}

/** Memory of a tab's process before and after it takes in 10,000 entries, beside their bytes. */
export async function memory(world) {
  const { context, link, ada, file } = await longRoom(world, 10_000);
  const [before, after, ratio, wasm, told] = [[], [], [], [], []];
  await runs(async () => {
    const { events } = await ada.status();
    const tab = await world.tab(context, 'newcomer');
    await tab.found({ title: 'Small', purpose: '', form: 'blank' });
    await tab.inRoom();
    before.push(await settled(tab.page, REST));
    await tab.join(link);
    await tab.until('all is there', async () => (await tab.status()).storage.events >= events);
    after.push(await settled(tab.page, REST));
    ratio.push((after.at(-1) - before.at(-1)) / file.length);
    const { page } = await tab.status();
    wasm.push(page.memoryBytes);
    told.push(page.logBytes + page.wordsBytes);
    if ((await digest(tab.page)) !== (await digest(ada.page))) print({ fault: 'memory: not the same room' });
    await forget(tab.page, [ada]);
  }, FEW);
  line('memory of a tab in a small room (PSS)', 'bytes', before);
  line('memory of the same tab with 10000 entries (PSS)', 'bytes', after);
  line('what they added, over the bytes of the file of the room', 'ratio', ratio, { aim: AIM.memory });
  line('of that held by WebAssembly, which gives nothing back', 'bytes', wasm);
  line('log and words as the page counts them', 'bytes', told);
}
