// Whether *in sync* may be believed: somebody joins while the one who has all is slow, and another newcomer, who has little so far, is
// quick.
import { FEW, line, print } from './lib/print.js';
import { alone, forget, inSync, longRoom, mark, open, runs } from './lib/tabs.js';

const ENTRIES = 10_000;
/** The one who has all works at so small a part of its speed. */
const SLOW = 8;

export async function newcomers(world) {
  const { context, link, ada } = await longRoom(world, ENTRIES);
  const session = await context.newCDPSession(ada.page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOW });
  const [times, early] = [[], []];
  await runs(async () => {
    const { events } = await ada.status();
    const first = await open(context, link);
    await mark(first, 'paceline:first-peer');
    const second = await open(context, link);
    const at = await inSync(second, events, 'a newcomer beside a newcomer');
    early.push(at === null);
    if (at !== null) times.push(at);
    await inSync(first, events, 'the newcomer before it');
    for (const page of [first, second]) await forget(page, []);
    await alone(ada);
  }, FEW);
  line('a newcomer beside a newcomer, while who has all is slow: navigation to in sync', 'ms', times);
  const value = early.filter(Boolean).length;
  print({ measure: 'a newcomer beside a newcomer: marked as in sync with less than all', unit: 'runs', value, of: early.length });
}
