// Apart and together again.
import assert from 'node:assert/strict';
import { converged, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

scenario('posts on both sides while offline: all converge when they are back', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  await ada.call('offline');
  await ada.at('connection-state', { 'data-state': 'offline' }).waitFor();
  await ben.until('Ada is gone', async () => (await ben.status()).peers.filter((peer) => peer.direct).length === 1);
  const alone = [];
  for (let n = 0; n < 5; n += 1) alone.push(await ada.post(`Ada alone ${n}`));
  const together = [];
  for (let n = 0; n < 5; n += 1) together.push(await ben.post(`Ben and Cleo ${n}`));
  await cleo.has(together[4]);
  const apart = await cleo.state();
  assert.ok(!apart.posts.some((post) => alone.includes(post.cid)), 'offline means offline');
  await ada.call('online');
  await Promise.all(tabs.map((tab) => tab.linked(2)));
  const { posts } = await converged(tabs);
  assert.deepEqual(posts.map((post) => post.cid).sort(), [...alone, ...together].sort());
  await until('reach is 3 of 3 again', async () => {
    const { reach } = await ben.local();
    return alone.every((cid) => reach[cid]?.stored === 3);
  });
});

scenario('the switch in Settings does the same', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  await ada.view('view-settings');
  await ada.at('offline-switch').click();
  await ada.until('is offline', async () => (await ada.status()).state === 'offline');
  const cid = await ada.post('said into the void');
  await ada.at('offline-switch').click();
  await ben.has(cid);
  await converged([ada, ben]);
});

scenario('who refuses a direct link still has everything through others', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  await ada.call('refuse', await ben.node());
  const benNode = await ben.node();
  await ada.until(
    'has no direct link with Ben',
    async () => !(await ada.status()).peers.some((peer) => peer.node === benNode && peer.direct),
  );
  const fromAda = await ada.post('through Cleo');
  const fromBen = await ben.post('through Cleo too');
  await ben.has(fromAda);
  await ada.has(fromBen);
  await ada.call('allow', benNode);
  await Promise.all(tabs.map((tab) => tab.linked(2)));
  await converged([ada, ben, cleo]);
});

scenario('three tabs in a browser that lets background tabs sleep', async (world) => {
  const context = await world.browser({ throttled: true });
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo'], { context });
  for (const tab of tabs) await tab.post(`${tab.name}, asleep or not`);
  const { posts } = await converged(tabs);
  assert.equal(posts.length, 3);
});

scenario('what somebody says before anything of the room has come is kept, and said once it comes', async (world) => {
  const { context, link, tabs } = await world.room(['Ada']);
  const [ada] = tabs;
  await ada.call('offline');
  const ben = await world.tab(context, 'Ben', link);
  await ben.page.evaluate(() => {
    const { paceline } = window;
    window.early = paceline.introduce({ name: 'Ben' }).then(() => paceline.post({ text: 'The early bird' }));
  });
  await ada.call('online');
  const cid = await ben.page.evaluate(() => window.early);
  await ada.has(cid);
  await ada.until('knows who said it', async () => (await ada.state()).people.some((person) => person.name === 'Ben'));
});
