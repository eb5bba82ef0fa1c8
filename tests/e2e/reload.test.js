// What this browser keeps: identity, room and history.
import assert from 'node:assert/strict';
import { recordsWith } from './lib/database.js';
import { converged, Tab, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

scenario('a reload keeps identity, room and history', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const node = await ada.node();
  const cid = await ada.post('kept');
  await ben.has(cid);
  for (let round = 0; round < 3; round += 1) {
    await ada.page.reload();
    await ada.inRoom();
    assert.equal(await ada.node(), node);
    await ada.has(cid);
    await ada.linked(1);
  }
  const { people } = await converged([ada, ben]);
  assert.equal(people.length, 2, 'nobody new was made');
  assert.deepEqual(
    people.filter((person) => person.split),
    [],
  );
  await ada.shownPost(cid).waitFor();
});

scenario('all tabs closed and the browser opened again: everything is there', async (world) => {
  const profile = await world.profile();
  const context = await profile.open();
  const { link, tabs } = await world.room(['Ada', 'Ben'], { context, title: 'Crew of the bridge' });
  const nodes = await Promise.all(tabs.map((tab) => tab.node()));
  const cids = [await tabs[0].post('first'), await tabs[1].post('second')];
  const before = await converged(tabs);
  await context.close();

  const again = await profile.open();
  const start = await world.tab(again, 'Start');
  await start.at('my-rooms').getByText('Crew of the bridge').first().waitFor();
  const back = await world.tab(again, 'back', link);
  await until('the log is there', async () => (await back.state()).digest === before.digest);
  assert.ok(nodes.includes(await back.node()), 'it goes on as a node it was');
  for (const cid of cids) await back.shownPost(cid).waitFor();
  const other = await world.tab(again, 'back too', link);
  assert.deepEqual([await back.node(), await other.node()].sort(), [...nodes].sort());
  await back.linked(1);
  await converged([back, other]);
});

scenario('a duplicated tab becomes another node', async (world) => {
  const {
    context,
    tabs: [ada],
  } = await world.room(['Ada']);
  const cid = await ada.post('once');
  // A window opened by a page starts with a copy of its sessionStorage, as a duplicated tab does.
  const opened = context.waitForEvent('page');
  await ada.page.evaluate(() => {
    window.open(location.href);
  });
  const twin = new Tab(await opened, 'Twin');
  world.tabs.push(twin);
  await twin.inRoom();
  assert.notEqual(await twin.node(), await ada.node());
  await Promise.all([ada.linked(1), twin.linked(1)]);
  await twin.has(cid);
  await Promise.all([ada.post('from one'), twin.post('from the other')]);
  const { people } = await converged([ada, twin]);
  assert.deepEqual(
    people.filter((person) => person.split),
    [],
  );
});

scenario('a room that is forgotten leaves nothing in this browser', async (world) => {
  const {
    tabs: [ada],
  } = await world.room(['Ada'], { title: 'Forget me' });
  await ada.post('soon gone');
  await ada.view('view-settings');
  await ada.at('forget-room').click();
  await ada.at('forget-room-confirm').click();
  await ada.at('start').waitFor();
  await until('no record of it is left', async () => (await recordsWith(ada.page, 'soon gone')) === 0);
});
