// Five who hold a meeting with their hands alone: two laptops (one Firefox, by keyboard), two phones that tap, and one who comes late.
import assert from 'node:assert/strict';
import { BareChromium } from '../e2e/lib/bare.js';
import { Firefox } from '../e2e/lib/firefox.js';
import { Person } from '../e2e/lib/hands.js';
import { startHost } from '../e2e/lib/host.js';
import { inTheMiddle } from '../e2e/lib/middle.js';
import { until } from '../e2e/lib/tab.js';

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** How long a phone is locked, in milliseconds. */
export const LOCKED = 180_000;
/** After so long without a word a page is taken to be frozen, in milliseconds. */
export const SILENT = 25_000;

/** Whose turn it is on somebody's screen, and whose next; nothing if no turns are there. */
export const turn = async (it) => {
  const seen = await it.look({ handle: 'turn' });
  return seen && { now: seen.attributes['data-now'] ?? null, next: seen.attributes['data-next'] ?? null };
};
/** How many seconds somebody's bar says are left. */
const left = async (it) => Number((await it.look({ handle: 'bar' })).attributes['data-left']);
/** The same turn, the same next and, to a second, the same time left on all screens at one moment. */
export const together = (people, why) =>
  until(why, async () => {
    const [all, times] = await Promise.all([Promise.all(people.map(turn)), Promise.all(people.map(left))]);
    const agree = all.every((it) => it && JSON.stringify(it) === JSON.stringify(all[0]));
    const inTime = !all[0]?.now || Math.max(...times) - Math.min(...times) <= 1;
    return agree && inTime && all[0];
  });

/** Writes what is asked for, where all may read it. */
export async function writes(it, question, words) {
  const within = { handle: 'round', text: question };
  await it.write({ handle: 'round-answer', within }, words);
  await it.press({ handle: 'round-answer-submit', within });
  await it.sees({ handle: 'round-result', text: words });
}

/** Says what it is called. */
export async function named(it) {
  await it.write({ handle: 'name-input' }, it.name);
  await it.press({ handle: 'name-submit' });
}

/** Four of them in the lobby of a room that one made by a tile, and the one who comes late when that is asked for. */
export async function five(world, form) {
  const { origin } = await startHost(world);
  // All that goes through their relay is kept.
  const { relay, seen } = await inTheMiddle(world, origin);
  world.server.config = { relays: [relay], stun: [] };
  const laptop = await world.browser({ throttled: true });
  const pocket = await world.browser({ throttled: true, ...PHONE });
  const [firefox, bare] = [await Firefox.open(world, { throttled: true }), await BareChromium.open(world)];
  const ada = new Person(await world.tab(laptop, 'Ada'), 'click');
  await ada.press({ handle: 'start-tile', attributes: { 'data-form': form } });
  await ada.tab.inRoom();
  await ada.sees({ handle: 'lobby' });
  const link = await ada.tab.page.evaluate(() => location.href);
  const ben = new Person(await firefox.tab('Ben', link), 'keys');
  const cleo = new Person(await world.tab(pocket, 'Cleo', link), 'tap');
  const eva = new Person(await world.tab(bare, 'Eva', link), 'tap');
  const { width, height } = PHONE.viewport;
  await eva.tab.page.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: true });
  await eva.tab.page.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  const first = [ada, ben, cleo, eva];
  await Promise.all(first.map((it) => it.tab.linked(3)));
  await Promise.all(first.map(named));
  await until('all have names', async () => {
    const { people } = await ada.tab.state();
    return first.every(({ name }) => people.some((it) => it.name === name));
  });
  const late = async () => {
    const dan = new Person(await world.tab(laptop, 'Dan', link), 'click');
    await named(dan);
    return dan;
  };
  return { ada, ben, cleo, eva, first, late, seen };
}

/** How all their notes begin. */
export const THERE = `# TITLE

WHEN

## Who was there

- **Ada**
- **Ben**
- **Cleo**
- **Dan**
- **Eva**
`;

/** The notes, the same for all, without times and days; who was there stands in the order of their names. */
export async function notes(people) {
  const all = await Promise.all(people.map((it) => it.tab.call('minutes')));
  assert.ok(all.every((it) => it === all[0]), 'the same notes everywhere');
  const replaced = [
    [/\d{1,2}:\d\d(\s[AP]M)?/g, 'TIME'],
    [/^.*TIME to TIME$/m, 'WHEN'],
    [/^# .*$/m, '# TITLE'],
    [/\(by [^)]*\)/g, '(by DAY)'],
  ];
  const written = replaced.reduce((it, [from, to]) => it.replace(from, to), all[0]);
  return written.replace(/(?<=## Who was there\n\n)(- .*\n)+/, (names) => names.split(/(?<=\n)/).sort().join(''));
}
