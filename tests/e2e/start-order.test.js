// What waits for what while a room is opened by its link: who was heard comes before the first picture, being in sync before all else.
import assert from 'node:assert/strict';
import { scenario } from './lib/world.js';

/** So long the page waits at most, in milliseconds: for who was heard, and with the servers of last time. */
const SHELL_MS = 500;
const REMEMBERED_MS = 1_000;

/** When each mark was set and when the host's list was asked for, by the page's clock. */
const times = ({ page }) =>
  page.evaluate(() => {
    const marks = performance.getEntriesByType('mark').map(({ name, startTime }) => [name.replace('paceline:', ''), startTime]);
    const list = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/paceline.json'));
    return { ...Object.fromEntries(marks), listed: list?.startTime };
  });

scenario('who opens a link sees the room once a link is up, and asks the host for its servers again once in sync', async (world) => {
  const { context, link, tabs } = await world.room(['Ada']);
  const cid = await tabs[0].post('drawn when it is here');
  const first = await times(tabs[0]);
  assert.ok(first.listed !== undefined, 'with nothing remembered the list is asked for');
  const ben = await world.tab(context, 'Ben', link);
  await ben.has(cid);
  await ben.until('drawn, and the list asked for', async () => {
    const { drawn, listed } = await times(ben);
    return drawn !== undefined && listed !== undefined;
  });
  const { started, joining, drawn, listed, ...marks } = await times(ben);
  const [linked, inSync] = [marks['first-peer'], marks['in-sync']];
  world.log(`started ${started} joining ${joining} linked ${linked} in sync ${inSync} drawn ${drawn} list ${listed}`);
  assert.ok(started <= joining && joining <= linked && linked <= inSync, 'the steps follow one another');
  // On a slow machine neither is waited for any longer.
  assert.ok(drawn >= Math.min(linked, started + SHELL_MS), `drawn ${drawn}, linked ${linked}, started ${started}`);
  assert.ok(listed >= Math.min(inSync, started + REMEMBERED_MS), `asked for at ${listed}, in sync ${inSync}`);
});
