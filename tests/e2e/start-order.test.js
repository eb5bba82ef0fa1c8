// What waits for what while a room is opened by its link: who was heard comes before the first picture.
import assert from 'node:assert/strict';
import { scenario } from './lib/world.js';

/** So long the page waits at most for who was heard, in milliseconds. */
const SHELL_MS = 500;

/** When each mark was set, by the page's clock. */
const times = ({ page }) =>
  page.evaluate(() =>
    Object.fromEntries(
      performance.getEntriesByType('mark').map(({ name, startTime }) => [name.replace('paceline:', ''), startTime]),
    ),
  );

scenario('who opens a link sees the room once a link is up, not an empty one before', async (world) => {
  const { context, link, tabs } = await world.room(['Ada']);
  const cid = await tabs[0].post('drawn when it is here');
  const ben = await world.tab(context, 'Ben', link);
  await ben.has(cid);
  await ben.until('drawn', async () => (await times(ben)).drawn !== undefined);
  const { started, joining, drawn, 'first-peer': linked, 'in-sync': inSync } = await times(ben);
  world.log(`started ${started} joining ${joining} linked ${linked} in sync ${inSync} drawn ${drawn}`);
  assert.ok(started <= joining && joining <= linked && linked <= inSync, 'the steps follow one another');
  // On a slow machine it waits no longer.
  assert.ok(drawn >= Math.min(linked, started + SHELL_MS), `drawn ${drawn}, linked ${linked}, started ${started}`);
});
