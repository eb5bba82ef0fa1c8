// Eight tabs in one room. Times are printed beside raw data channels of the same run, and not asserted.
import assert from 'node:assert/strict';
import { fanOut, rawFanOut, spread } from './lib/measure.js';
import { converged, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

const TABS = 8;
const MESSAGES = 30;

scenario('eight tabs in one room are all in sync', async (world) => {
  const context = await world.browser();
  const founder = await world.tab(context, 'tab 1');
  const link = await founder.found({ title: 'Eight', purpose: '', form: 'blank' });
  await founder.inRoom();
  const began = Date.now();
  const others = await Promise.all(
    Array.from({ length: TABS - 1 }, (_, n) => world.tab(context, `tab ${n + 2}`, link)),
  );
  const tabs = [founder, ...others];
  await Promise.all(tabs.map((tab) => tab.linked(TABS - 1)));
  world.log(`seven tabs opened together: full mesh, in sync after ${Date.now() - began} ms`);
  for (const tab of tabs) await tab.post(`${tab.name} is here`);
  const { posts } = await converged(tabs);
  assert.equal(posts.length, TABS);
  const ours = spread(await fanOut(tabs, MESSAGES, until));
  world.log(`200 bytes to the last of ${TABS} tabs: ${JSON.stringify(ours)} ms`);
  const marks = await Promise.all(
    others.map((tab) =>
      tab.page.evaluate(() => performance.getEntriesByName('paceline:first-peer')[0]?.startTime ?? null),
    ),
  );
  world.log(`navigation to first peer: ${marks.map((mark) => mark && Math.round(mark)).join(' ')} ms`);
  await converged(tabs);
  for (const tab of tabs) await tab.close();
  const raw = spread(await rawFanOut(world, context, TABS, MESSAGES, until));
  world.log(
    `the same over raw data channels: ${JSON.stringify(raw)} ms; ratio of medians ${(ours.median / raw.median).toFixed(2)}`,
  );
});
