// What an earlier build wrote and stored is all there. The page of that build is in tests/fixtures.
import assert from 'node:assert/strict';
import { makeNewer, recordsWith } from './lib/database.js';
import { car, leftBehind, older, remember, stored, unpack } from './lib/older.js';
import { converged, Tab } from './lib/tab.js';
import { dist } from './lib/tools.js';
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

scenario('what an earlier build kept under index.html is in the folder now, under keys of its own', async (world) => {
  const context = await leftBehind(world, { path: `${stored.path}index.html` });
  const [first, second] = stored.rooms;
  const tab = await world.tab(context, 'Start');
  for (const title of [older.state.title, second.state.title]) await tab.at('my-rooms').getByText(title).waitFor();
  await tab.at('my-rooms').getByText(older.state.title).click();
  await tab.inRoom();
  assertSame(await tab.state(), mended(older.state));
  const node = await tab.node();
  assert.ok(!Object.values(first.nodes).includes(node), 'a key is never moved: a tab of that build may hold it');
  const cid = await tab.post('written in the folder');
  await tab.page.reload();
  await tab.inRoom();
  assert.equal(await tab.node(), node);
  await tab.has(cid);
  await tab.page.goto(`${world.url}index.html${first.link}`);
  await tab.inRoom();
  assert.equal(await tab.node(), node, 'under either name it is who it is');

  await tab.view('view-settings');
  await tab.at('forget-room').click();
  await tab.at('forget-room-confirm').click();
  await tab.at('start').waitFor();
  await tab.until('nothing of it is left', async () => (await recordsWith(tab.page, 'Who has the key')) === 0);
  await tab.page.goto(`${world.url}?page=blank`);
  await tab.page.goto(world.url);
  await tab.at('my-rooms').getByText(second.state.title).waitFor();
  assert.equal(await tab.at('my-rooms').getByText(older.state.title).count(), 0, 'what is forgotten does not come back');
});

scenario('an old tab and one of today have the same room open: both go on, each with its own key', async (world) => {
  world.server.dist = await unpack(world);
  const context = await world.browser();
  const old = await world.tab(context, 'Ada');
  const link = await old.found({ title: 'Across builds' });
  await old.call('introduce', { name: 'Ada' });
  const said = [await old.post('before the page was renewed')];
  assert.equal(await old.page.evaluate(() => window.paceline.api), undefined, 'it is the old page');
  // A browser may fetch a tab's icon long after its page: the old one's is gone by then.
  world.provokes(/icon-[0-9a-f]+\.svg|server responded with a status of 404/);
  world.server.dist = dist;
  const now = await world.tab(context, 'Ben', link);
  assert.ok((await now.page.evaluate(() => window.paceline.api)) >= 1, 'it is the page of today');
  const nodes = [await old.node(), await now.node()];
  assert.notEqual(nodes[0], nodes[1]);
  // What the old tab stored is looked at, here and in Settings, and stays the old tab's.
  await now.has(said[0]);
  await now.view('view-settings');
  await now.at('leftover', { 'data-node': nodes[0] }).filter({ hasText: 'open in another tab' }).waitFor();
  said.push(await old.post('the old tab goes on'), await now.post('so does the new one'));
  for (const tab of [old, now]) {
    const { notices } = await tab.local();
    assert.deepEqual(notices.filter(({ code }) => code.startsWith('storage')), [], `${tab.name} stores`);
  }
  await old.close();
  await now.close();

  const again = [await world.tab(context, 'one', link), await world.tab(context, 'two', link)];
  assert.deepEqual((await Promise.all(again.map((tab) => tab.node()))).toSorted(), nodes.toSorted());
  await Promise.all(again.map((tab) => tab.linked(1)));
  const { posts, people } = await converged(again);
  assert.deepEqual(posts.map(({ cid }) => cid).toSorted(), said.toSorted(), 'nothing is lost');
  assert.ok(people.every(({ split }) => !split), 'no key was shared');
});

scenario('an old page that meets databases of a newer one says so and leaves them alone', async (world) => {
  const context = await leftBehind(world, { only: 'paceline registry' });
  world.server.dist = await unpack(world);
  const page = await context.newPage();
  await page.goto(`${world.url}?page=blank`);
  assert.ok((await makeNewer(page, 'paceline registry')) === 1);
  const tab = new Tab(page, 'Ada');
  world.tabs.push(tab);
  await page.goto(world.url + stored.rooms[0].link);
  const notice = tab.at('notice', { 'data-code': 'storage-newer' });
  await notice.waitFor();
  assert.match(await notice.innerText(), /written by a newer Paceline.*Reload/s);
});
