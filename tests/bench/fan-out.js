// How long 200 bytes take to the last of eight tabs of one browser, all linked with all.
import { fanOut, pagesFanOut } from '../e2e/lib/measure.js';
import { until } from '../e2e/lib/tab.js';
import { beside, print } from './lib/print.js';
import { CALLED, NAMES, startRivals } from './lib/rivals.js';

const TABS = 8;
/** One after the other as soon as the one before is everywhere, and with a pause, in milliseconds, between them. */
const SERIES = [
  { messages: 100, apart: 0, called: 'back to back' },
  { messages: 30, apart: 200, called: '200 ms apart' },
];
const AIM = '<= 4 x raw median, <= 8 x raw p95';

export async function eightTabs(world) {
  const names = Array.from({ length: TABS }, (_, n) => `tab ${n + 1}`);
  const { context, tabs } = await world.room(names);
  const ours = [];
  for (const { messages, apart } of SERIES) ours.push(await fanOut(tabs, messages, until, apart));
  for (const tab of tabs) await tab.close();
  const rivals = await startRivals(world);
  const theirs = {};
  for (const name of NAMES) {
    const address = rivals.at(name, 'fan-out');
    theirs[name] = await pagesFanOut(context, address, TABS, SERIES, until).catch((error) => {
      print({ measure: `fan-out: ${name} missed`, unit: 'series', value: SERIES.length, because: error.message });
      return SERIES.map(() => []);
    });
  }
  for (const [at, { called }] of SERIES.entries()) {
    const of = Object.fromEntries(NAMES.map((name) => [CALLED[name], theirs[name][at]]));
    beside(`200 bytes to the last of ${TABS} tabs, ${called}, commit to event`, 'ms', AIM, ours[at], of);
  }
}
