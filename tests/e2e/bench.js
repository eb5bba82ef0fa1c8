// `cargo xtask bench [WORD ...]`: measurements as JSON lines. Nothing is asserted; every number stands beside a floor of the
// same run, and with the aim it is for. Words choose among the parts below.
import os from 'node:os';
import { startHost } from './lib/host.js';
import { fanOut, rawFanOut, spread } from './lib/measure.js';
import { converged, until } from './lib/tab.js';
import { World } from './lib/world.js';

const RUNS = Number(process.env.PACELINE_RUNS ?? 15);
/** Joining and ingesting a long log takes seconds: fewer runs. */
const LONG_RUNS = Math.max(3, Math.ceil(RUNS / 3));
const MESSAGES = 100;
/** A join that takes longer did not happen, in milliseconds: pages found in this way meet in a tenth of it. */
const MISSED_AFTER = 20_000;

const AIM = {
  second: 'first peer and in sync <= 100 ms',
  fanOut: '<= 1.5 x raw median, <= 2 x raw p95',
  1_000: '<= 200 ms, every signature checked',
  10_000: 'newest page readable <= 300 ms, all <= 900 ms, no task over 100 ms',
  ingest: '>= 10 000 signed entries/s in the browser',
};

const print = (line) => console.log(JSON.stringify(line));
const ratio = (ours, floor) => Math.round((ours / floor) * 100) / 100;

/** Prints figures beside their floor: both spreads, and the ratio of medians and of p95. */
function beside(measure, unit, aim, ours, floor) {
  const [a, b] = [spread(ours), spread(floor)];
  print({ measure, unit, aim, ...a });
  print({ measure: `${measure}, floor`, unit, ...b });
  print({ measure: `${measure}, over floor`, unit: 'ratio', median: ratio(a.median, b.median), p95: ratio(a.p95, b.p95) });
}

/** When a page made a mark, in milliseconds since its navigation began. */
const mark = (page, name, patience) =>
  until(
    `the mark ${name}`,
    () => page.evaluate((name) => performance.getEntriesByName(name)[0]?.startTime ?? null, name),
    patience,
  );

/** Forgets the room in this tab, as a person does, and closes it: the next one starts from nothing. */
async function forget(tab, others) {
  await tab.view('view-settings');
  await tab.at('forget-room').click();
  await tab.at('forget-room-confirm').click();
  await tab.at('start').waitFor();
  await tab.close();
  for (const other of others) await other.until('nobody else is left', async () => (await other.status()).peers.length === 0);
}

async function rawPage(world, context) {
  const page = await context.newPage();
  await page.goto(`${world.url}?page=raw`);
  return page;
}

/** A second tab, with nothing stored, opens the link; beside it a page that only opens a raw data channel. */
async function secondTab(world) {
  const { context, link, tabs } = await world.room(['Ada']);
  await rawPage(world, context);
  const marks = ['interactive', 'first-peer', 'in-sync'];
  const times = Object.fromEntries(marks.map((name) => [name, []]));
  const floor = [];
  for (let run = 0; run < RUNS; run += 1) {
    const tab = await world.tab(context, `run ${run}`, link);
    for (const name of marks) times[name].push(await mark(tab.page, `paceline:${name}`));
    await forget(tab, tabs);
    const raw = await rawPage(world, context);
    floor.push(await mark(raw, 'raw:open'));
    await raw.close();
  }
  print({ measure: 'second tab: navigation to interactive', unit: 'ms', ...spread(times.interactive) });
  beside('second tab: navigation to first peer', 'ms', AIM.second, times['first-peer'], floor);
  beside('second tab: navigation to in sync', 'ms', AIM.second, times['in-sync'], floor);
  const after = (name) => times[name].map((at, run) => at - times.interactive[run]);
  print({ measure: 'second tab: interactive to first peer', unit: 'ms', ...spread(after('first-peer')) });
  print({ measure: 'second tab: interactive to in sync', unit: 'ms', ...spread(after('in-sync')) });
}

/** Somebody whose browser has no service at all joins by two codes, which this script carries at once; when each mark was made. */
async function joinByHand(world, context, eve, link) {
  const tab = await world.tab(context, 'guest by hand', link);
  const reply = await tab.call('byHand.reply', await eve.call('byHand.invite'));
  await eve.call('byHand.accept', reply);
  const [interactive, synced] = [await mark(tab.page, 'paceline:interactive'), await mark(tab.page, 'paceline:in-sync')];
  await context.close();
  await eve.until('nobody else is left', async () => (await eve.status()).peers.every((peer) => !peer.direct));
  return { interactive, synced };
}

/**
 * A browser process with an empty profile opens the link of a room in another process; they meet through a relay of this machine, or
 * by hand. Beside it Trystero through the same relay, page and pages alternating.
 */
async function throughRelay(world) {
  const host = await startHost(world);
  const [own, others] = [await world.browser(), await world.browser()];
  const ada = await world.tab(own, 'Ada', host.url);
  const link = await ada.found({ title: 'Apart', purpose: '', form: 'blank' });
  await ada.inRoom();
  const rival = (run) => `${world.url}?page=trystero#run-${run},${encodeURIComponent(host.relay)}`;
  // The page on a plain static server, without any relay.
  const eve = await world.tab(own, 'Eve');
  const byHand = await eve.found({ title: 'By hand', purpose: '', form: 'blank' });
  await eve.inRoom();
  const hands = [];
  const times = {};
  let missed = 0;
  const note = async (page, name) => (times[name] ??= []).push(await mark(page, name));
  for (let run = 0; run < RUNS; run += 1) {
    // A room of its own for each run of Trystero's: it does not always notice that somebody has left.
    const waiting = await own.newPage();
    await waiting.goto(rival(run));
    const context = await world.adopt(await others.browser().newContext());
    const tab = await world.tab(context, `run ${run}`, link);
    for (const name of ['interactive', 'first-peer', 'in-sync']) await note(tab.page, `paceline:${name}`);
    const { sent, received } = (await tab.status()).rendezvous.find((one) => one.kind === 'nostr');
    if (run === 0) print({ measure: 'relay messages of one join', unit: 'messages', sent, received });
    await context.close();
    await ada.until('nobody else is left', async () => (await ada.status()).peers.every((peer) => !peer.direct));
    hands.push(await joinByHand(world, await world.adopt(await others.browser().newContext()), eve, byHand));
    const page = await (await world.adopt(await others.browser().newContext())).newPage();
    await page.goto(rival(run));
    // A run in which it does not meet at all counts as missed, not as slow.
    const met = await mark(page, 'trystero:peer', MISSED_AFTER).catch(() => null);
    if (met === null) missed += 1;
    else for (const name of ['trystero:asks', 'trystero:peer']) await note(page, name);
    await page.context().close();
    await waiting.close();
  }
  print({ measure: 'through a relay: joins that Trystero missed', unit: 'joins', value: missed, of: RUNS });
  const since = (from, to) => (times[to] ?? []).map((at, run) => at - times[from][run]);
  const [ours, theirs] = [times['paceline:in-sync'], times['trystero:peer'] ?? []];
  beside('through a relay, across processes: navigation to in sync, beside Trystero', 'ms', 'faster than Trystero', ours, theirs);
  print({ measure: 'through a relay: navigation to first peer', unit: 'ms', ...spread(times['paceline:first-peer']) });
  const [asking, rivals] = [since('paceline:interactive', 'paceline:in-sync'), since('trystero:asks', 'trystero:peer')];
  beside('through a relay: interactive to in sync, beside Trystero from joinRoom', 'ms', 'faster than Trystero', asking, rivals);
  print({ measure: 'by hand, across processes: navigation to in sync', unit: 'ms', ...spread(hands.map((it) => it.synced)) });
  const carried = hands.map((it) => it.synced - it.interactive);
  print({ measure: 'by hand: interactive to in sync, codes carried at once', unit: 'ms', ...spread(carried) });
}

async function eightTabs(world) {
  const names = Array.from({ length: 8 }, (_, n) => `tab ${n + 1}`);
  const { context, tabs } = await world.room(names);
  const ours = await fanOut(tabs, MESSAGES, until);
  for (const tab of tabs) await tab.close();
  const raw = await rawFanOut(world, context, 8, MESSAGES, until);
  beside('200 bytes to the last of 8 tabs, commit to event', 'ms', AIM.fanOut, ours, raw);
}

/** A room with so many entries, posted durably. */
async function longRoom(world, entries) {
  const room = await world.room(['Ada']);
  const [ada] = room.tabs;
  const began = performance.now();
  await ada.page.evaluate(async (count) => {
    const lane = async (from) => {
      for (let n = from; n < count; n += 8) await window.paceline.post({ text: `post number ${n}` });
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => lane(n)));
  }, entries);
  const value = Math.round(entries / ((performance.now() - began) / 1000));
  print({ measure: `posting ${entries} entries durably`, unit: 'entries/s', value });
  const { events, storage } = await ada.status();
  print({ measure: `stored bytes of ${entries} entries`, unit: 'bytes', value: storage.bytes });
  return { ...room, ada, bytes: Math.round(storage.bytes / events) };
}

/** A fresh tab joins a room with so many entries; beside it a page that is sent as much JSON over a raw data channel. */
async function join(world, entries) {
  const { context, link, ada, bytes } = await longRoom(world, entries);
  const server = await rawPage(world, context);
  await server.evaluate(([count, bytes]) => window.raw.offer(count, bytes), [entries, bytes]);
  const joined = [];
  const longest = [];
  const floor = [];
  await context.addInitScript(() => {
    window.longestTask = 0;
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) window.longestTask = Math.max(window.longestTask, task.duration);
    }).observe({ type: 'longtask', buffered: true });
  });
  for (let run = 0; run < LONG_RUNS; run += 1) {
    const tab = await world.tab(context, `joiner ${run}`, link);
    joined.push(await mark(tab.page, 'paceline:in-sync'));
    await tab.at('post', { 'data-checked': 'true' }).last().waitFor();
    // Before the whole state is asked for: telling it to a script takes a task of its own.
    longest.push(await tab.page.evaluate(() => window.longestTask));
    await converged([ada, tab]);
    await forget(tab, [ada]);
    const raw = await rawPage(world, context);
    floor.push(await mark(raw, 'raw:all'));
    await raw.close();
  }
  beside(`fresh tab holds ${entries} entries, navigation to in sync`, 'ms', AIM[entries], joined, floor);
  print({ measure: `longest task while joining ${entries} entries`, unit: 'ms', aim: 'no task over 100 ms', ...spread(longest) });
}

/** What a browser verifies a second with nothing on top. */
function verifyBare(page) {
  return page.evaluate(async () => {
    const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    const message = new Uint8Array(400);
    const signature = await crypto.subtle.sign('Ed25519', pair.privateKey, message);
    const count = 2_000;
    const start = performance.now();
    for (let n = 0; n < count; n += 1) await crypto.subtle.verify('Ed25519', pair.publicKey, signature, message);
    return count / ((performance.now() - start) / 1000);
  });
}

/** Entries taken in without a network: checked, folded and on their way to storage; beside bare verification in the same tab. */
async function ingest(world) {
  const entries = 10_000;
  const { link, ada } = await longRoom(world, entries);
  const car = Buffer.from(await ada.page.evaluate(async () => Array.from(await window.paceline.exportCar())));
  const rates = [];
  const floor = [];
  for (let run = 0; run < LONG_RUNS; run += 1) {
    const context = await world.browser();
    const tab = await world.tab(context, `importer ${run}`, link);
    const { report, ms } = await tab.page.evaluate(async (car) => {
      const bytes = Uint8Array.from(atob(car), (character) => character.charCodeAt(0));
      const start = performance.now();
      const report = await window.paceline.importCar(bytes);
      return { report, ms: performance.now() - start };
    }, car.toString('base64'));
    rates.push(report.admitted / (ms / 1000));
    floor.push(await verifyBare(tab.page));
    await context.close();
  }
  beside(`ingest of ${entries} signed entries, wasm`, 'entries/s', AIM.ingest, rates, floor);
}

const PARTS = {
  'second-tab': secondTab,
  relay: throughRelay,
  'fan-out': eightTabs,
  'join-1000': (world) => join(world, 1_000),
  'join-10000': (world) => join(world, 10_000),
  ingest,
};

const chosen = process.argv.slice(2);
for (const [name, part] of Object.entries(PARTS)) {
  if (chosen.length > 0 && !chosen.some((word) => name.includes(word))) continue;
  print({ measure: `load before ${name}`, unit: 'runnable tasks', value: os.loadavg()[0], cores: os.cpus().length });
  const world = await World.open({ diagnostic: () => {} });
  try {
    await part(world);
  } finally {
    await world.close();
  }
}
