// Visits: the first one, by somebody whose browser has nothing; a second tab, warm, cold and on a slow CPU; a reload.
import { until } from '../e2e/lib/tab.js';
import { RUNS, beside, fault, line, print } from './lib/print.js';
import { CALLED, NAMES, startRivals } from './lib/rivals.js';
import { alone, forget, inSync, isFresh, mark, noted, open, runs } from './lib/tabs.js';

/** What is written in the room before anybody comes. */
const POSTS = 30;
/** So long after it is readable the page may load what it wants beforehand, in milliseconds. */
const LATER = 3_000;
/** A phone that cost little, as a part of this machine's speed. */
const SLOW = 4;

const AIM = {
  bytes: '<= 600 KiB, 550 as the goal',
  second: '<= 3 x raw',
  cold: '<= 4 x raw',
};

/** Counts what a page loads, from its line: bytes on the wire of each response, headers included, and of what a relay says and is told. */
async function counted(session) {
  const requests = new Map();
  let [said, clock] = [0, 0];
  session.on('Network.requestWillBeSent', ({ requestId, request, timestamp, wallTime }) => {
    clock ||= (wallTime - timestamp) * 1_000;
    requests.set(requestId, { url: request.url, parts: [] });
  });
  const part = ({ requestId, timestamp }, bytes) => requests.get(requestId)?.parts.push({ at: timestamp * 1_000 + clock, bytes });
  session.on('Network.responseReceived', ({ requestId, response }) => {
    const request = requests.get(requestId);
    if (request) request.encoding = response.headers['content-encoding'] ?? response.headers['Content-Encoding'] ?? '';
  });
  session.on('Network.dataReceived', (heard) => part(heard, heard.encodedDataLength));
  session.on('Network.loadingFinished', (heard) => {
    const request = requests.get(heard.requestId);
    if (!request) return;
    // What the parts did not say: the headers, and what came in ways that tell of no parts.
    part(heard, heard.encodedDataLength - request.parts.reduce((sum, it) => sum + it.bytes, 0));
  });
  for (const frame of ['Received', 'Sent']) {
    session.on(`Network.webSocketFrame${frame}`, ({ response }) => (said += response.payloadData.length));
  }
  await session.send('Network.enable');
  const until = (end) => {
    const sum = ({ parts }) => parts.filter(({ at }) => at <= end).reduce((sum, { bytes }) => sum + bytes, 0);
    return [...requests.values()].reduce((all, it) => all + sum(it), 0);
  };
  const largest = () => {
    const size = ({ parts }) => parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const [first] = [...requests.values()].sort((a, b) => size(b) - size(a));
    return { file: first.url.slice(first.url.lastIndexOf('/') + 1), bytes: size(first), encoding: first.encoding };
  };
  return { until, largest, said: () => said, requests: () => [...requests.values()].filter(({ parts }) => parts.length > 0).length };
}

/** A page of a browser that was just started, with an empty profile; what it loads is counted. */
async function visit(world, address, more = {}) {
  const context = await world.browser();
  let counts;
  const before = async (_, session) => {
    counts = await counted(session);
  };
  const page = await open(context, address, { ...more, before });
  // A browser that is ended says good-bye to nobody: they would wait for it.
  const leave = async () => {
    await page.goto('about:blank');
    await page.close();
    await context.browser().close();
  };
  return { page, counts, leave };
}

/** When the page began, by the wall. */
const origin = (page) => page.evaluate(() => performance.timeOrigin);

/** A browser with an empty profile opens the link of a room in another browser; served compressed, met through a relay. */
export async function firstVisit(world) {
  const rivals = await startRivals(world);
  const own = await world.browser();
  const ada = await world.tab(own, 'Ada', rivals.host.url);
  const link = await ada.found({ title: 'Visited', purpose: 'To be opened by a link', form: 'blank' });
  await ada.inRoom();
  for (let n = 0; n < POSTS; n += 1) await ada.post(`post number ${n}`);
  const { events } = await ada.status();
  const newest = `post number ${POSTS - 1}`;
  const ours = { bytes: [], all: [], sync: [], readable: [], said: [], requests: [] };
  const theirs = Object.fromEntries(NAMES.map((name) => [name, { ...noted(name), bytes: [] }]));
  await runs(async (run) => {
    const { page, counts, leave } = await visit(world, link, { newest });
    const at = await inSync(page, events, 'first visit');
    if (at !== null) ours.sync.push(at);
    const readable = await mark(page, 'bench:readable');
    ours.readable.push(readable);
    ours.requests.push(counts.requests());
    ours.said.push(counts.said());
    await page.waitForTimeout(LATER);
    ours.bytes.push(counts.until((await origin(page)) + readable));
    ours.all.push(counts.until(Infinity));
    const largest = counts.largest();
    if (run === 0) print({ measure: 'first visit: largest file', unit: 'bytes', ...largest });
    if (largest.encoding !== 'br') fault(`first visit: ${largest.file} came as it is, and not with brotli`);
    await leave();
    await alone(ada);
    for (const name of NAMES) {
      const waiting = await own.newPage();
      await waiting.goto(rivals.hosted(name, `first-${run}`));
      const visitor = await visit(world, rivals.hosted(name, `first-${run}`));
      const met = await theirs[name].note(visitor.page, [name === 'raw' ? 'open' : 'peer']);
      if (met) theirs[name].bytes.push(visitor.counts.until(Infinity));
      await visitor.leave();
      await waiting.close();
    }
  });
  const of = (pick) => Object.fromEntries(NAMES.map((name) => [CALLED[name], pick(theirs[name], name)]));
  line('first visit: files until the newest page is readable', 'bytes', ours.bytes, { aim: AIM.bytes });
  for (const name of NAMES.slice(1)) {
    line(`first visit: files until a peer is there, ${CALLED[name]}, which has no page to draw`, 'bytes', theirs[name].bytes);
  }
  line(`first visit: files, ${LATER / 1_000} s later`, 'bytes', ours.all);
  line('first visit: requests until the newest page is readable', 'requests', ours.requests);
  line('first visit: said to and by the relay until then', 'bytes', ours.said);
  const peer = of(({ of }, name) => of(name === 'raw' ? 'open' : 'peer'));
  beside('first visit: navigation to in sync', 'ms', null, ours.sync, peer);
  beside('first visit: navigation to newest page readable', 'ms', null, ours.readable, peer);
  for (const name of NAMES) theirs[name].tell('first visit');
}

/** Each step of a start that the page marks, and when. */
const steps = (page) =>
  page.evaluate(() => {
    const marks = performance.getEntriesByType('mark').filter(({ name }) => name.startsWith('paceline:'));
    return marks.map(({ name, startTime }) => [name.slice('paceline:'.length), startTime]);
  });

/** A second tab, with nothing stored, opens the link; beside it pages of the others, each with one that is there already. */
async function second(world, what, aim, how) {
  const { context, link, tabs } = await world.room(['Ada']);
  const [ada] = tabs;
  const { events } = await ada.status();
  const rivals = await startRivals(world);
  const times = { 'first-peer': [], 'in-sync': [] };
  const theirs = Object.fromEntries(NAMES.map((name) => [name, noted(name)]));
  await runs(async (run) => {
    const page = await open(context, link, how);
    const synced = await inSync(page, events, what);
    const fresh = await isFresh(page, what);
    if (fresh && synced !== null) for (const [name, at] of await steps(page)) (times[name] ??= []).push(at);
    await forget(page, tabs);
    for (const name of NAMES) {
      const waiting = await context.newPage();
      await waiting.goto(rivals.at(name, `second-${run}`));
      await until('it waits', () => waiting.evaluate(() => window.rival !== undefined));
      const rival = await open(context, rivals.at(name, `second-${run}`), how);
      await theirs[name].note(rival, [name === 'raw' ? 'open' : 'peer']);
      await rival.close();
      await waiting.close();
    }
  });
  const of = Object.fromEntries(NAMES.map((name) => [CALLED[name], theirs[name].of(name === 'raw' ? 'open' : 'peer')]));
  for (const [name, all] of Object.entries(times).slice(2)) line(`${what}: navigation to ${name}`, 'ms', all);
  beside(`${what}: navigation to first peer`, 'ms', aim, times['first-peer'], of);
  beside(`${what}: navigation to in sync`, 'ms', aim, times['in-sync'], of);
  for (const name of NAMES) theirs[name].tell(what);
}

export const secondTab = (world) => second(world, 'second tab', AIM.second, {});
export const secondTabCold = (world) => second(world, 'second tab, cold', AIM.cold, { cold: true });
export const secondTabSlow = (world) => second(world, `second tab, CPU ${SLOW} x slower`, AIM.second, { slow: SLOW });

/** Somebody in a room of two loads the page anew. */
export async function reload(world) {
  const { context, link, tabs } = await world.room(['Ada']);
  const [ada] = tabs;
  const page = await open(context, link);
  await mark(page, 'paceline:in-sync');
  const rivals = await startRivals(world);
  const pages = {};
  const theirs = Object.fromEntries(NAMES.map((name) => [name, noted(name)]));
  for (const name of NAMES) {
    const waiting = await context.newPage();
    await waiting.goto(rivals.at(name, 'reload'));
    await until('it waits', () => waiting.evaluate(() => window.rival !== undefined));
    pages[name] = await open(context, rivals.at(name, 'reload'));
    await theirs[name].note(pages[name], [name === 'raw' ? 'open' : 'peer']);
  }
  for (const name of NAMES) theirs[name] = noted(name);
  const ours = [];
  await runs(async () => {
    const { events } = await ada.status();
    await page.reload({ waitUntil: 'commit' });
    const at = await inSync(page, events, 'reload');
    if (at !== null) ours.push(at);
    for (const name of NAMES) {
      await pages[name].reload({ waitUntil: 'commit' });
      await theirs[name].note(pages[name], [name === 'raw' ? 'open' : 'peer']);
    }
  }, RUNS);
  const of = Object.fromEntries(NAMES.map((name) => [CALLED[name], theirs[name].of(name === 'raw' ? 'open' : 'peer')]));
  beside('reload: navigation to in sync', 'ms', null, ours, of);
  for (const name of NAMES) theirs[name].tell('reload');
}
