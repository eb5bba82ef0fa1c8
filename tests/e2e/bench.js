// `cargo xtask bench`: measurements as JSON lines. Nothing is asserted; numbers stand beside a floor of the same run.
import { fanOut, rawFanOut, spread } from './lib/measure.js';
import { converged, until } from './lib/tab.js';
import { World } from './lib/world.js';

const print = (line) => console.log(JSON.stringify(line));
const mark = (tab, name) => tab.page.evaluate((name) => performance.getEntriesByName(name)[0]?.startTime ?? null, name);

async function inWorld(run) {
  const world = await World.open({ diagnostic: () => {} });
  try {
    await run(world);
  } finally {
    await world.close();
  }
}

/** A second tab opens the link: when it has a peer, and when it is in sync. */
async function secondTab(world) {
  const { context, link } = await world.room(['Ada']);
  const times = { interactive: [], 'first-peer': [], 'in-sync': [] };
  for (let run = 0; run < 15; run += 1) {
    const tab = await world.tab(context, `run ${run}`, link);
    await tab.linked(1);
    for (const name of Object.keys(times)) {
      const at = await until(`the mark ${name}`, () => mark(tab, `paceline:${name}`));
      times[name].push(at);
    }
    await tab.close();
  }
  for (const [name, values] of Object.entries(times))
    print({ measure: `second tab: navigation to ${name}`, unit: 'ms', ...spread(values) });
  const floor = [];
  const page = await context.newPage();
  await page.goto(`${world.url}?page=raw`);
  for (let run = 0; run < 15; run += 1) {
    const other = await context.newPage();
    await other.goto(`${world.url}?page=raw`);
    floor.push(
      await until('a raw channel', () =>
        other.evaluate(() => performance.getEntriesByName('raw:open')[0]?.startTime ?? null),
      ),
    );
    await other.close();
  }
  print({ measure: 'second tab: navigation to an open raw data channel (floor)', unit: 'ms', ...spread(floor) });
}

async function eightTabs(world) {
  const names = Array.from({ length: 8 }, (_, n) => `tab ${n + 1}`);
  const { context, tabs } = await world.room(names);
  const ours = await fanOut(tabs, 100, until);
  print({ measure: '200 bytes to the last of 8 tabs, commit to event', unit: 'ms', ...ours });
  for (const tab of tabs) await tab.close();
  const raw = await rawFanOut(world, context, 8, 100, until);
  print({ measure: '200 bytes to the last of 8 tabs, raw channels (floor)', unit: 'ms', ...raw });
  print({
    measure: 'fan-out, ours over raw',
    unit: 'ratio',
    median: ours.median / raw.median,
    p95: ours.p95 / raw.p95,
  });
}

/** A fresh tab joins a log of so many entries; and a log of so many is verified and folded without a network. */
async function longLog(world, entries) {
  const {
    context,
    link,
    tabs: [ada],
  } = await world.room(['Ada']);
  const began = Date.now();
  await ada.page.evaluate(async (count) => {
    const lane = async (from) => {
      for (let n = from; n < count; n += 8) await window.paceline.post({ text: `post number ${n}` });
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => lane(n)));
  }, entries);
  print({
    measure: `posting ${entries} entries durably`,
    unit: 'entries/s',
    value: Math.round(entries / ((Date.now() - began) / 1000)),
  });
  const joined = [];
  for (let run = 0; run < 3; run += 1) {
    const tab = await world.tab(context, `joiner ${run}`, link);
    await converged([ada, tab]);
    joined.push(await until('in sync', () => mark(tab, 'paceline:in-sync')));
    const bytes = (await tab.status()).storage.bytes;
    if (run === 0) print({ measure: `stored bytes of ${entries} entries`, unit: 'bytes', value: bytes });
    await tab.close();
    await context.clearCookies();
  }
  print({ measure: `fresh tab holds ${entries} entries, navigation to in sync`, unit: 'ms', ...spread(joined) });

  const car = await ada.page.evaluate(async () => Array.from(await window.paceline.exportCar()));
  const alone = await world.browser();
  const tab = await world.tab(alone, 'importer', link);
  const ingest = await tab.page.evaluate(async (car) => {
    const bytes = new Uint8Array(car);
    const start = performance.now();
    const report = await window.paceline.importCar(bytes);
    return { report, ms: performance.now() - start };
  }, car);
  const perSecond = Math.round(ingest.report.admitted / (ingest.ms / 1000));
  print({
    measure: `ingest of ${entries} signed entries (wasm: checked, folded, stored)`,
    unit: 'entries/s',
    value: perSecond,
  });
  const verify = await tab.page.evaluate(async () => {
    const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    const message = new Uint8Array(400);
    const signature = await crypto.subtle.sign('Ed25519', pair.privateKey, message);
    const start = performance.now();
    const count = 2_000;
    for (let n = 0; n < count; n += 1) await crypto.subtle.verify('Ed25519', pair.publicKey, signature, message);
    return count / ((performance.now() - start) / 1000);
  });
  print({ measure: 'bare Ed25519 verification, WebCrypto (floor)', unit: 'signatures/s', value: Math.round(verify) });
}

await inWorld(secondTab);
await inWorld(eightTabs);
await inWorld((world) => longLog(world, 1_000));
await inWorld((world) => longLog(world, 10_000));
