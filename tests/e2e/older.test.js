// What an earlier build wrote and stored is all there. The page of that build is in tests/fixtures.
import assert from 'node:assert/strict';
import { car, leftBehind, older, remember, stored } from './lib/older.js';
import { Tab } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** All that was said before is said now; a contract only gains. */
function assertSame(now, before, where = 'state') {
  if (before === null || typeof before !== 'object') return assert.equal(now, before, where);
  assert.equal(typeof now, 'object', where);
  if (Array.isArray(before)) assert.equal(now?.length, before.length, `${where}: how many`);
  for (const [name, value] of Object.entries(before)) assertSame(now?.[name], value, `${where}.${name}`);
}

/** What the page of today says otherwise, because it was mended: nothing so far. */
const mended = (state) => state;

scenario('a room that an earlier build exported is the same room here', async (world) => {
  const tab = await world.tab(await world.browser(), 'Ada', world.url + older.link);
  const report = await tab.page.evaluate((bytes) => window.paceline.importCar(new Uint8Array(bytes)), [...car]);
  assert.deepEqual({ refused: report.refused, pending: report.pending }, { refused: {}, pending: 0 });
  assertSame(await tab.state(), mended(older.state));
});

scenario('what an earlier build stored is all there, and its nodes are who they were', async (world) => {
  const context = await leftBehind(world);
  const start = await world.tab(context, 'Start');
  for (const title of [older.state.title, stored.rooms[1].state.title]) {
    await start.at('my-rooms').getByText(title).waitFor();
  }
  const [first, second] = stored.rooms;
  const ada = new Tab(await context.newPage(), 'Ada');
  world.tabs.push(ada);
  await remember(world, ada.page);
  await ada.page.goto(world.url + first.link);
  await ada.inRoom();
  assert.equal(await ada.node(), first.nodes.Ada, 'a reloaded tab is who it was');
  assertSame(await ada.state(), mended(older.state));
  assert.equal(await ada.at('composer-text').inputValue(), stored.session[`paceline.draft.${(await ada.status()).room}`]);
  assert.equal(await ada.page.evaluate(() => document.documentElement.dataset.theme), stored.local['paceline.theme']);
  const others = [];
  for (const name of ['one', 'two', 'three']) others.push(await world.tab(context, name, world.url + first.link));
  const nodes = await Promise.all([ada, ...others].map((tab) => tab.node()));
  assert.deepEqual(nodes.toSorted(), Object.values(first.nodes).toSorted(), 'every key is taken up, none is made');
  for (const tab of others) assertSame(await tab.state(), mended(older.state));
  const other = await world.tab(context, 'Other', world.url + second.link);
  assert.equal(await other.node(), second.nodes.Ada);
  assertSame(await other.state(), second.state);
});
