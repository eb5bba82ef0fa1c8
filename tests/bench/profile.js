// Where the time goes: CPU profiles of the page's main thread, by area. Profiling slows what it looks at, so what is printed here says
// which part of a figure is whose, and is none itself. Names are of the copies that the build leaves (`lib/names.js`).
import { setTimeout as pause } from 'node:timers/promises';
import { dist } from '../e2e/lib/tools.js';
import { SETTLE, behindAnother, room } from './idle.js';
import { whose } from './lib/names.js';
import { FEW, line, print } from './lib/print.js';
import { areas, startProfile, stopProfile } from './lib/profiler.js';
import { forget, inSync, isFresh, longRoom, open, runs, takeIn } from './lib/tabs.js';

const NAMED = process.env.PACELINE_NAMED;
/** So long a room at rest is looked at, in milliseconds. */
const WATCHED = 20_000;
/** Between two looks at one of eight tabs, in microseconds: what looks more often wakes eight threads for that, on few cores. */
const SELDOM = 1_000;
/** Areas with a smaller part of the time are told together: those of a crate, what the browser was called for, and what is left of all. */
const SMALL = 0.005;
const REST = '(smaller ones)';
const IDLE = '(idle)';

/** The area that a small one is told with: `paceline::(smaller ones)`. */
const together = (name) => {
  const [, owner] = /^([^(]+?(?:::|: ))/.exec(name) ?? [];
  return owner && !name.endsWith(REST) ? owner + REST : REST;
};

const total = (areas) => [...areas.values()].reduce((sum, ms) => sum + ms, 0);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Areas of some runs, with the milliseconds of each; what is small goes to `together` with others. */
function grouped(rows, least) {
  const all = new Map();
  for (const [name, values] of rows) {
    const to = median(values) < least ? together(name) : name;
    const before = all.get(to);
    all.set(to, before ? before.map((ms, run) => ms + values[run]) : values);
  }
  return all;
}

/** Prints the areas of some runs, the largest first. */
function told(what, unit, all) {
  line(what, unit, all.map(total), { area: '(all)' });
  line(what, unit, all.map((it) => total(it) - (it.get(IDLE) ?? 0)), { area: '(all but idle)' });
  const names = new Set(all.flatMap((it) => [...it.keys()]));
  const rows = new Map([...names].map((name) => [name, all.map((it) => it.get(name) ?? 0)]));
  const least = median(all.map((it) => total(it) - (it.get(IDLE) ?? 0))) * SMALL;
  // Once within a crate, and once more: what those are together may be small, too.
  const shown = [...grouped(grouped(rows, least), least)].sort((a, b) => median(b[1]) - median(a[1]));
  for (const [area, values] of shown) line(what, unit, values, { area });
}

/** The names of this page's functions; what could not be named is said in the end. */
async function withNames(work) {
  const modules = await whose(dist, NAMED);
  await work(modules);
  for (const problem of modules.problems) print({ problem });
}

const lineTo = async (page) => {
  const session = await page.context().newCDPSession(page);
  return (method, params) => session.send(method, params);
};

/** From when to when the longest task before a time was, or null if none was as long as a browser tells of (50 ms). */
const longestTask = (page, end) =>
  page.evaluate(
    (end) =>
      new Promise((done) => {
        const longest = (tasks) => {
          const [first] = tasks.filter(({ startTime }) => startTime < end).sort((a, b) => b.duration - a.duration);
          done(first ? { from: first.startTime, to: first.startTime + first.duration } : null);
        };
        new PerformanceObserver((list) => longest(list.getEntries())).observe({ type: 'longtask', buffered: true });
        // An observer that has nothing to tell is not called.
        setTimeout(longest, 100, []);
      }),
    end,
  );

/**
 * What ran until a page was in sync, and in its longest task until then: of one run, since another run's may be another task. `navigated`
 * navigates a page that is profiled, and says when it was in sync; null is no figure.
 */
async function untilInSync(what, navigated) {
  await withNames(async (modules) => {
    const [all, longest] = [[], []];
    await runs(async () => {
      const { page, send, at, leave } = await navigated();
      const profile = await stopProfile(send);
      if (at !== null) {
        all.push(areas(profile, modules, 0, at));
        const task = await longestTask(page, at);
        if (task) longest.push(areas(profile, modules, task.from, task.to));
      }
      await leave();
    }, FEW);
    if (all.length > 0) told(`${what}, navigation to in sync`, 'ms', all);
    const [typical] = longest.sort((a, b) => total(a) - total(b)).slice(longest.length / 2);
    if (typical) told(`${what}, the longest task until in sync of the run where it is the median`, 'ms', [typical]);
  });
}

/** A tab that holds nothing opens the link of a room in which somebody is. */
const fresh = (what, { context, link, tabs, newest }) =>
  untilInSync(what, async () => {
    const { events } = await tabs[0].status();
    let send;
    const before = (_, session) => {
      send = (method, params) => session.send(method, params);
      return startProfile(send);
    };
    const page = await open(context, link, { newest, before });
    const at = await inSync(page, events, what);
    const isNew = await isFresh(page, what);
    return { page, send, at: isNew ? at : null, leave: () => forget(page, tabs) };
  });

const profileSecondTab = async (world) => fresh('profile of a second tab', await world.room(['Ada']));

async function join(world, entries) {
  const { ada, ...room } = await longRoom(world, entries);
  await fresh(`profile of a fresh tab that joins ${entries} entries`, { ...room, tabs: [ada] });
}

const profileJoin1000 = (world) => join(world, 1_000);
const profileJoin10000 = (world) => join(world, 10_000);

/** A tab that holds 10,000 posts, all of them stored, is loaded anew; somebody else is in the room. */
async function profileReload(world) {
  const entries = 10_000;
  const what = `profile of a reload of ${entries} entries`;
  const { context, link, ada } = await longRoom(world, entries);
  const page = await open(context, link);
  const { events } = await ada.status();
  await inSync(page, events, what);
  await page.waitForFunction(async (events) => (await window.paceline.status()).storage.events >= events, events);
  const send = await lineTo(page);
  await untilInSync(what, async () => {
    await startProfile(send);
    await page.reload({ waitUntil: 'commit' });
    const at = await inSync(page, events, what);
    return { page, send, at, leave: async () => {} };
  });
}

/** The file of a room of 10,000 is taken in by a page that holds nothing of it. */
async function profileIngest(world) {
  const entries = 10_000;
  const { link, events, ada } = await longRoom(world, entries);
  await ada.close();
  await withNames(async (modules) => {
    const all = [];
    await runs(async () => {
      const context = await world.browser();
      const { page } = await world.tab(context, 'importer', link);
      const send = await lineTo(page);
      await startProfile(send);
      const { report, ms } = await takeIn(page);
      const end = await page.evaluate(() => performance.now());
      if (report.admitted < events) throw new Error(`took in ${JSON.stringify(report)} of ${events} events`);
      all.push(areas(await stopProfile(send), modules, end - ms, end));
      await context.browser().close();
    }, FEW);
    told(`profile of a file of ${entries} entries taken in`, 'ms', all);
  });
}

/** What ran in tabs at rest, in a second of a tab. */
async function atRest(what, lines) {
  const seconds = WATCHED / 1_000;
  await withNames(async (modules) => {
    const all = [];
    await pause(SETTLE);
    await runs(async () => {
      await Promise.all(lines.map((send) => startProfile(send, SELDOM)));
      await pause(WATCHED);
      const profiles = await Promise.all(lines.map(stopProfile));
      const mean = new Map();
      for (const profile of profiles) {
        for (const [area, ms] of areas(profile, modules, profile[0].from, profile[0].from + WATCHED)) {
          mean.set(area, (mean.get(area) ?? 0) + ms / lines.length / seconds);
        }
      }
      all.push(mean);
    }, FEW);
    told(what, 'ms a second and tab', all);
  });
}

async function profileIdle(world) {
  const pages = await room(world, await world.browser());
  await atRest(`profile of a room at rest with ${pages.length} tabs`, await Promise.all(pages.map(lineTo)));
}

async function profileHidden(world) {
  const { browser, pages } = await behindAnother(world, (browser) => room(world, browser));
  const lines = pages.map((page) => (method, params) => page.send(method, params));
  await atRest(`profile of a room at rest with ${pages.length} hidden tabs`, lines);
  await browser.close();
}

/** Its parts by their names, which all begin alike. */
export const PROFILES = {
  'profile-second-tab': profileSecondTab,
  'profile-join-1000': profileJoin1000,
  'profile-join-10000': profileJoin10000,
  'profile-reload': profileReload,
  'profile-ingest': profileIngest,
  'profile-idle': profileIdle,
  'profile-hidden': profileHidden,
};
