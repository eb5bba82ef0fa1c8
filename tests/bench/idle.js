// What a room at rest costs: time on the CPU, and what the links say; of tabs that are looked at, and of tabs behind another.
import { setTimeout as pause } from 'node:timers/promises';
import { BareChromium } from '../e2e/lib/bare.js';
import { until } from '../e2e/lib/tab.js';
import { FEW, RUNS, beside, fault, line } from './lib/print.js';
import { carried, keepConnections } from './lib/links.js';
import { processes } from './lib/processes.js';
import { startRivals } from './lib/rivals.js';
import { runs } from './lib/tabs.js';

const TABS = 8;
/** What belongs to opening is over by then, in milliseconds. */
export const SETTLE = 10_000;
/** So long each look at what is at rest takes, in milliseconds. */
const WATCHED = 4_000;
const AIM = { cpu: '< 0.3 % of a core', bytes: '< 1 KB/s a link' };

/** Seconds on the CPU so far: of renderers, and of all processes. */
async function spent(session) {
  const all = await processes(session);
  const sum = (some) => some.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  return { pages: sum(all.filter(({ type }) => type === 'renderer')), all: sum(all) };
}

/** What pages at rest cost in a second, each: percents of a core in their own processes and in all of the browser's, and bytes a link. */
async function atRest(pages, session) {
  const total = async () => {
    const all = await Promise.all(pages.map(carried));
    return { links: all.reduce((sum, it) => sum + it.links, 0), bytes: all.reduce((sum, it) => sum + it.bytes, 0) };
  };
  const [from, before] = [await total(), await spent(session)];
  const began = performance.now();
  await pause(WATCHED);
  const seconds = (performance.now() - began) / 1_000;
  const [after, to] = [await spent(session), await total()];
  const percent = (name) => ((after[name] - before[name]) / seconds / pages.length) * 100;
  return { cpu: percent('pages'), all: percent('all'), links: to.links / 2, bytes: (to.bytes - from.bytes) / seconds / to.links };
}

/** Eight tabs of a room in this context; all linked. */
export async function room(world, context) {
  const names = Array.from({ length: TABS }, (_, n) => `tab ${n + 1}`);
  const { tabs } = await world.room(names, { context });
  return tabs.map((it) => it.page);
}

/** The same of raw channels. */
async function rawMesh(context, address) {
  const pages = [];
  for (let n = 0; n < TABS; n += 1) {
    const page = await context.newPage();
    await page.goto(address);
    pages.push(page);
  }
  await until('the mesh is open', async () =>
    (await Promise.all(pages.map((page) => page.evaluate(() => window.rival.open)))).every((open) => open === TABS - 1),
  );
  return pages;
}

/** Tells what eight tabs cost, beside the raw mesh. */
function told(what, ours, floor) {
  const of = (all, name) => all.map((it) => it[name]);
  beside(`${what}: CPU of each tab's process`, '% of a core', AIM.cpu, of(ours, 'cpu'), { floor: of(floor, 'cpu') });
  beside(`${what}: CPU of all the browser's processes, a tab`, '% of a core', null, of(ours, 'all'), { floor: of(floor, 'all') });
  beside(`${what}: said on each link, both ways`, 'bytes/s', AIM.bytes, of(ours, 'bytes'), { floor: of(floor, 'bytes') });
  line(`${what}: links`, 'links', of(ours, 'links'));
}

/** Eight pages at rest, looked at so often; `line` asks the browser. */
async function watched(pages, line, count = RUNS) {
  await pause(SETTLE);
  const all = [];
  await runs(async () => all.push(await atRest(pages, line)), count);
  return all;
}

/** All eight are looked at, as far as they know. */
export async function idle(world) {
  const rivals = await startRivals(world);
  const context = await world.browser();
  await context.addInitScript(keepConnections);
  const session = await context.browser().newBrowserCDPSession();
  const ours = await room(world, context);
  const cost = await watched(ours, session);
  for (const page of ours) await page.close();
  told(`a room at rest with ${TABS} tabs`, cost, await watched(await rawMesh(context, rivals.at('raw')), session, FEW));
}

/** What is opened in a browser of its own stands behind another tab, throttled as people's are. */
export async function behindAnother(world, opened) {
  const browser = await BareChromium.open(world);
  browser.before = keepConnections;
  const pages = await opened(browser);
  const front = await browser.newPage();
  await front.bringToFront();
  const states = await Promise.all(pages.map((page) => page.evaluate(() => document.visibilityState)));
  if (states.some((state) => state !== 'hidden')) fault(`not all tabs are hidden: ${states}`);
  return { browser, pages };
}

/** All eight stand behind another tab. */
export async function hidden(world) {
  const rivals = await startRivals(world);
  const behind = async (opened, count) => {
    const { browser, pages } = await behindAnother(world, opened);
    const cost = await watched(pages, browser, count);
    await browser.close();
    return cost;
  };
  const ours = await behind((browser) => room(world, browser), RUNS);
  told(`a room at rest with ${TABS} hidden tabs`, ours, await behind((browser) => rawMesh(browser, rivals.at('raw')), FEW));
}
