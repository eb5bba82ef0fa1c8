// Tabs that are measured: what is noted in a page while it starts, a room with so many posts, and a tab that leaves without a trace.
import { PATIENCE, until } from '../../e2e/lib/tab.js';
import { RUNS, fault, print } from './print.js';

/** What takes longer did not happen, in milliseconds: pages that meet at all meet in a tenth of it. */
export const MISSED_AFTER = 10_000;
const TEXT = (n) => `post number ${n}`;

/** In a page: when it made a mark, as soon as it did; null if it makes none for so long. */
const marked = ([name, patience]) =>
  new Promise((done) => {
    const look = () => {
      const [made] = performance.getEntriesByName(name);
      if (!made) return;
      observer.disconnect();
      done(made.startTime);
    };
    const observer = new PerformanceObserver(look);
    observer.observe({ type: 'mark', buffered: true });
    setTimeout(done, patience, null);
    look();
  });

/**
 * When a page made a mark, in milliseconds since its navigation began. Asked once, and answered when it is made: whoever asks again
 * and again takes part of the time that is measured.
 */
export const mark = (page, name, patience = PATIENCE) =>
  until(`the mark ${name}`, () => page.evaluate(marked, [name, patience]), patience);

/** The same, or null where it does not come. */
export const markOrMissed = (page, name) => mark(page, name, MISSED_AFTER).catch(() => null);

/**
 * In a page, before anything of it runs. What the room holds is asked when it says that it is in sync, in the same task:
 * `window.bench.held`; before, asking would take time from what is measured. The longest task, and when the text was first painted
 * within the viewport, as an observer tells that forces no layout (`bench:readable`).
 */
function watch(newest) {
  const bench = { held: null, longest: 0, keys: [] };
  window.bench = bench;
  const make = performance.mark.bind(performance);
  performance.mark = (name, ...more) => {
    const made = make(name, ...more);
    if (name === 'paceline:in-sync') {
      const linked = (peers) => peers.filter((it) => it.direct).length;
      const brief = ({ state, events, missing, pending, peers }) => ({ state, events, missing, pending, linked: linked(peers) });
      bench.held ??= window.paceline.status().then(brief, (error) => ({ error: String(error) }));
    }
    return made;
  };
  const tell = (type, heard, more) => {
    if (!PerformanceObserver.supportedEntryTypes.includes(type)) return;
    new PerformanceObserver((list) => list.getEntries().forEach(heard)).observe({ type, buffered: true, ...more });
  };
  tell('longtask', ({ duration }) => {
    bench.longest = Math.max(bench.longest, duration);
  });
  tell('event', ({ name, startTime, duration }) => name === 'keydown' && bench.keys.push({ at: startTime, took: duration }), {
    durationThreshold: 16,
  });
  if (!newest) return;
  const seen = new IntersectionObserver((entries) => {
    const shown = entries.find((it) => it.isIntersecting && it.target.textContent.includes(newest));
    if (!shown) return;
    make('bench:readable', { startTime: shown.time });
    seen.disconnect();
    changed.disconnect();
  });
  const changed = new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        const within = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest('[data-testid="post"]');
        const posts = within ? [within] : [...(node.querySelectorAll?.('[data-testid="post"]') ?? [])];
        const texts = posts.map((post) => post.querySelector('[data-testid="post-text"]'));
        for (const text of texts) if (text?.textContent.includes(newest)) seen.observe(text);
      }
    }
  });
  changed.observe(document, { subtree: true, childList: true });
}

/**
 * Opens a page of a context at an address and notes what the above does. `cold`: nothing of it is cached; `slow`: its CPU has so small
 * a part of its time; `before` is given the page and a line to it.
 */
export async function open(context, address, { newest = null, cold = false, slow = 1, before = async () => {} } = {}) {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  if (cold) {
    await session.send('Network.enable');
    await session.send('Network.clearBrowserCache');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  }
  if (slow > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: slow });
  await page.addInitScript(watch, newest);
  await before(page, session);
  await page.goto(address, { waitUntil: 'commit' });
  return page;
}

/** What the page says a mark is about, besides its time: of *interactive* and *in sync*, how many events there were. */
const detail = (page, name) => page.evaluate((name) => performance.getEntriesByName(name)[0]?.detail ?? null, `paceline:${name}`);

/**
 * When the page was in sync. It must have held so many events at that very moment: a mark that was early is no figure but a fault, and
 * then it is told when all was there.
 */
export async function inSync(page, events, what) {
  const at = await mark(page, 'paceline:in-sync');
  const held = await page.evaluate(() => window.bench.held);
  const said = await detail(page, 'in-sync');
  if (held?.events >= events && held.missing === 0 && (said === null || said >= events)) return at;
  await until('all is there', () => page.evaluate(async (events) => (await window.paceline.status()).events >= events, events));
  const late = Math.round(await page.evaluate(() => performance.now()));
  const then = `after ${Math.round(at)} ms with ${JSON.stringify({ ...held, said })} of ${events} events`;
  fault(`${what}: marked as in sync ${then}; all were seen there after ${late} ms`);
  return null;
}

/**
 * Whether a page came without anything of the room: else what was left of the tab before it would have been read, and not come from
 * others. The run is no figure then. Asked of a page that is in sync: before, asking would take part of its time.
 */
export async function isFresh(page, what) {
  await mark(page, 'paceline:interactive');
  const held = await detail(page, 'interactive');
  if (held === 0) return true;
  fault(`${what}: a tab that should be fresh held ${held} events when its room was opened`);
  return false;
}

/** The digest of all that a tab shows, which is not carried over. */
export const digest = (page) => page.evaluate(async () => (await window.paceline.state()).digest);

/** Fails unless both hold the same. */
export async function agree(one, other) {
  await until('both hold the same', async () => (await digest(one)) === (await digest(other)));
}

/**
 * In a page: resolves once the database of this node is gone. The start page stands there before that; a tab that is closed then may
 * leave it behind, and the next one goes on with all that is in it.
 */
export const untilGone = async (node) => {
  const left = async () => (await indexedDB.databases()).some(({ name }) => name.endsWith(node));
  while (await left()) await new Promise((done) => setTimeout(done, 10));
};

/** Forgets the room in this page, as a person does, and closes it: the next one starts from nothing. */
export async function forget(page, others) {
  const at = (handle) => page.locator(`[data-testid="${handle}"]`);
  const node = await page.evaluate(async () => (await window.paceline.status()).node);
  await at('tab-more').waitFor();
  if (!(await at('view-settings').isVisible())) await at('tab-more').click();
  await at('view-settings').click();
  await at('forget-room').click();
  await at('forget-room-confirm').click();
  await at('start').waitFor();
  await page.evaluate(untilGone, node);
  await page.close();
  for (const other of others) await alone(other);
}

/** Waits until nobody else is left in this tab's room. */
export const alone = (tab) => tab.until('nobody else is left', async () => (await tab.status()).peers.every((it) => !it.direct));

/** Rooms that were written once, by how many posts they have: link and file. */
const written = new Map();
const FILE = 'beside/room.car';

/** Takes in the room's file from beside the page; what the page says, and how long it took. */
export const takeIn = (page) =>
  page.evaluate(async (file) => {
    const response = await window.fetch(file);
    // The page's own kind of array: where a driver's scripts have a world of their own, theirs is another.
    const bytes = new window.Uint8Array(await response.arrayBuffer());
    const start = performance.now();
    const report = await window.paceline.importCar(bytes);
    return { report, ms: performance.now() - start };
  }, FILE);

/** A room with so many posts, each stored; written by this tab if it is the first of that length, else taken in from its file. */
export async function longRoom(world, posts) {
  const newest = TEXT(posts - 1);
  const known = written.get(posts);
  const context = await world.browser();
  if (known) {
    world.server.files[FILE] = known.file;
    const link = world.url + known.hash;
    const ada = await world.tab(context, 'Ada', link);
    await takeIn(ada.page);
    await ada.until('all is stored', async () => (await ada.status()).storage.events >= known.events);
    return { ...known, context, link, ada, newest };
  }
  const { link, tabs } = await world.room(['Ada'], { context });
  const [ada] = tabs;
  const began = performance.now();
  await ada.page.evaluate(async (count) => {
    const lane = async (from) => {
      for (let n = from; n < count; n += 8) await window.paceline.post({ text: `post number ${n}` });
    };
    // The newest alone comes last.
    await Promise.all(Array.from({ length: 8 }, (_, n) => lane(n)));
  }, posts - 1);
  await ada.post(newest);
  const value = Math.round((posts / (performance.now() - began)) * 1_000);
  print({ measure: `posting ${posts} entries durably`, unit: 'entries/s', value });
  const file = Buffer.from(await ada.page.evaluate(async () => {
    const bytes = await window.paceline.exportCar();
    const read = new FileReader();
    read.readAsDataURL(new Blob([bytes]));
    await new Promise((done) => read.addEventListener('load', done));
    return read.result.slice(read.result.indexOf(',') + 1);
  }), 'base64');
  const { events } = await ada.status();
  print({ measure: `bytes of ${posts} entries as a file`, unit: 'bytes', value: file.length });
  const room = { hash: link.slice(link.indexOf('#')), file, events, bytes: Math.round(file.length / events) };
  written.set(posts, room);
  world.server.files[FILE] = file;
  return { ...room, context, link, ada, newest };
}

/** Does something in so many runs. */
export async function runs(work, count = RUNS) {
  for (let run = 0; run < count; run += 1) await work(run);
}

/** Notes when a rival's page made each mark; a run in which it does not meet counts as missed, not as slow. */
export function noted(name) {
  const times = {};
  let missed = 0;
  const note = async (page, marks) => {
    for (const one of marks) {
      const at = await markOrMissed(page, `${name}:${one}`);
      if (at === null) {
        missed += 1;
        return false;
      }
      (times[one] ??= []).push(at);
    }
    return true;
  };
  const tell = (what) => missed > 0 && print({ measure: `${what}: ${name} missed`, unit: 'runs', value: missed });
  return { times, note, tell, of: (one) => times[one] ?? [] };
}
