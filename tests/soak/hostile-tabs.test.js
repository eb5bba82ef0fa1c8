// Five tabs that do harm, each in another way and for as long as it lasts, beside three honest ones that go on talking. How long that
// takes is printed beside a calm room of the same run, and not asserted.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { spread } from '../e2e/lib/measure.js';
import { until } from '../e2e/lib/tab.js';
import { hostile } from '../e2e/lib/tools.js';
import { scenario } from '../e2e/lib/world.js';

const NAMES = ['Ada', 'Ben', 'Cleo'];
const [CALM_SECONDS, HOSTILE_SECONDS] = [60, 180];
/** Between two posts, as people breathe. */
const BREATH = 500;
/** Ways to do harm (`tests/e2e/pages/hostile.js`), each with what honest tabs count of it alone; a crowd by what it wrote. */
const KINDS = {
  forgery: 'bad-signature',
  'false answers': 'not-canonical',
  'beacon flood': 'too-many-beacons',
  replays: 'replayed-envelope',
  crowd: null,
};
/** How long honest tabs may take to agree on what a crowd has left, once it is gone. */
const SETTLING = 180_000;

/**
 * From now on the page notes when events of these nodes came, how many came of others, and which links with these went down; and can
 * write a number into a database of its own, as durably as posts are.
 */
const watch = (tab, nodes) =>
  tab.page.evaluate(async (nodes) => {
    const database = await new Promise((resolve, reject) => {
      const opening = indexedDB.open('floor', 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore('numbers');
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    window.writeOne = () =>
      new Promise((resolve, reject) => {
        const began = performance.now();
        const writing = database.transaction('numbers', 'readwrite', { durability: 'strict' });
        writing.objectStore('numbers').put(began, 1);
        writing.oncomplete = () => resolve(performance.now() - began);
        writing.onabort = () => reject(writing.error);
      });
    window.noted = { came: new Map(), strangers: 0, dropped: [] };
    window.paceline.on('event', ({ cid, author }) => {
      if (nodes.includes(author)) window.noted.came.set(cid, performance.timeOrigin + performance.now());
      else window.noted.strangers += 1;
    });
    window.paceline.on('peer', ({ node, up }) => {
      if (!up && nodes.includes(node)) window.noted.dropped.push(node);
    });
  }, nodes);

/** They speak in turn for so long; how long each post took from the call to the last of the others, and a plain write before it, in ms. */
async function talk(tabs, seconds) {
  const [times, floor] = [[], []];
  const end = Date.now() + seconds * 1000;
  for (let nth = 0; Date.now() < end; nth += 1) {
    const author = tabs[nth % tabs.length];
    const { cid, said, wrote } = await author.page.evaluate(async (text) => {
      const wrote = await window.writeOne();
      const said = performance.timeOrigin + performance.now();
      return { cid: await window.paceline.post({ text }), said, wrote };
    }, `said in turn, ${nth}`);
    const others = tabs.filter((tab) => tab !== author);
    const came = (tab) => tab.page.evaluate((cid) => window.noted.came.get(cid), cid);
    const arrived = await Promise.all(others.map((tab) => tab.until(`hears ${author.name}`, () => came(tab))));
    times.push(Math.max(...arrived) - said);
    floor.push(wrote);
    await pause(BREATH);
  }
  return { times, floor };
}

const figures = (times) => {
  const { median, p95 } = spread(times);
  const [middle, high, worst] = [median, p95, Math.max(...times)].map(Math.round);
  return `${middle} ms (median), ${high} ms (p95), ${worst} ms (worst)`;
};
const told = ({ times, floor }) =>
  `${times.length} posts reached both others in ${figures(times)}; a plain write to storage took ${figures(floor)}`;

/** What the tabs counted as refused, together, by code. */
async function refused(tabs) {
  const sum = {};
  for (const { refused } of await Promise.all(tabs.map((tab) => tab.status())))
    for (const [code, count] of Object.entries(refused)) sum[code] = (sum[code] ?? 0) + count;
  return sum;
}

/** Begins to count the processor's time that a page takes; what comes back tells how much that was of one core until then, in percent. */
async function busy(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const [spent, at] = ['ProcessTime', 'Timestamp'].map((name) => metrics.find((one) => one.name === name).value);
    return { spent, at };
  };
  const before = await read();
  return async () => {
    const after = await read();
    return `${Math.round((100 * (after.spent - before.spent)) / (after.at - before.at))} %`;
  };
}

/** Three tabs in a room, watched; `run` says what happens there, and gets their nodes. */
async function room(world, run) {
  const { context, link, tabs } = await world.room(NAMES);
  const nodes = await Promise.all(tabs.map((tab) => tab.node()));
  await Promise.all(tabs.map((tab) => watch(tab, nodes)));
  const outcome = await run({ context, link, tabs, nodes });
  const noted = await Promise.all(
    tabs.map((tab) => tab.page.evaluate(() => ({ strangers: window.noted.strangers, dropped: window.noted.dropped }))),
  );
  const dropped = noted.flatMap((one) => one.dropped).length;
  const strangers = noted.reduce((sum, one) => sum + one.strangers, 0);
  const counted = { ...(await refused(tabs)), strangers };
  await context.close();
  return { ...outcome, dropped, counted };
}

async function opens(world, context, kind, link, nodes, scene) {
  const page = await context.newPage();
  await page.goto(`${world.url}?page=hostile`);
  await page.waitForFunction(() => window.ready);
  await page.evaluate(([kind, link, nodes, scene]) => window.harm(kind, link, nodes, scene), [kind, link, nodes, scene]);
  return page;
}

scenario('three honest tabs talk on while five others do harm', async (world) => {
  assert.ok(hostile, 'the hostile page was built (cargo xtask soak does it)');
  const calm = await room(world, ({ tabs }) => talk(tabs, CALM_SECONDS));
  world.log(`tabs: calm room: ${told(calm)}`);

  const beset = await room(world, async ({ context, link, tabs, nodes }) => {
    const [ada] = tabs;
    const baton = await ada.call('baton.open', { title: 'Facilitator' });
    const seen = await ada.post('who will lead?');
    const { depth } = (await ada.state()).posts.find((post) => post.cid === seen);
    const scene = { baton, seen, depth };
    const pages = await Promise.all(
      Object.keys(KINDS).map((kind) => opens(world, context, kind, link, nodes, scene)),
    );
    const shares = await Promise.all([...tabs.map((tab) => tab.page), ...pages].map(busy));
    const talked = await talk(tabs, HOSTILE_SECONDS);
    const [ofAda, ofBen, ofCleo, ...ofOthers] = await Promise.all(shares.map((share) => share()));
    const shared = Object.keys(KINDS).map((kind, nth) => `${kind} ${ofOthers[nth]}`);
    world.log(`tabs: of a core: honest ${ofAda}, ${ofBen}, ${ofCleo}; ${shared.join(', ')}`);
    const done = await Promise.all(pages.map((page) => page.evaluate(() => window.done)));
    for (const page of pages) await page.close();
    const agree = async () => {
      const states = await Promise.all(tabs.map((tab) => tab.state()));
      return states.every(({ digest }) => digest === states[0].digest);
    };
    await until('the honest hold the same', agree, SETTLING);
    for (const tab of tabs) {
      const { peers } = await tab.status();
      const direct = peers.filter((peer) => peer.direct).map((peer) => peer.node);
      const others = nodes.filter((_, nth) => tabs[nth] !== tab);
      assert.ok(others.every((node) => direct.includes(node)), `${tab.name} is linked with both others`);
    }
    return { ...talked, done };
  });
  const kinds = Object.entries(KINDS).map(([kind, code], nth) => {
    const counted = beset.counted[code ?? 'strangers'] ?? 0;
    return { kind, code: code ?? 'strangers', counted, ...beset.done[nth] };
  });
  world.log(`tabs: beside five hostile ones: ${told(beset)}; ${beset.dropped} links dropped among honest`);
  for (const { kind, counted, sent, back } of kinds)
    world.log(`tabs: ${kind}: ${sent} sent, ${counted} counted by the honest, ${back} times back under a new key`);
  assert.equal(beset.dropped, 0, 'no honest tab dropped another');
  assert.equal(calm.dropped, 0, 'nor in a calm room');
  for (const { kind, code, counted, sent } of kinds) {
    assert.ok(sent > 0 && counted > 0, `${kind} was done, and noticed`);
    assert.equal(calm.counted[code] ?? 0, 0, `nothing of ${kind} is seen in a calm room`);
  }
  assert.ok(kinds.some(({ back }) => back > 0), 'a member that was dropped came back');
});
