// What this browser keeps: copies that extra tabs left behind, and what is new in "my rooms".
import assert from 'node:assert/strict';
import { hasDatabase, lastUsed } from './lib/database.js';
import { scenario } from './lib/world.js';

const leftover = (tab, node) => tab.at('leftover', { 'data-node': node });

scenario('what an extra tab left behind goes by itself after 30 days, once all of it is here', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  const cid = await ben.post('said before leaving');
  await Promise.all(tabs.map((tab) => tab.has(cid)));
  await cleo.call('offline');
  const alone = await cleo.post('said where nobody heard it');
  const [gone, unheard] = [await ben.node(), await cleo.node()];
  await ben.close();
  await cleo.close();

  await ada.view('view-settings');
  await leftover(ada, gone).filter({ hasText: 'Ben' }).waitFor();
  await leftover(ada, unheard).filter({ hasText: 'not all of it is in yours' }).waitFor();
  await world.picture('settings with leftovers', ada);
  for (const node of [gone, unheard]) await lastUsed(ada.page, node, 31);
  await ada.page.reload();
  await ada.inRoom();
  await ada.until("Ben's copy is gone", async () => !(await hasDatabase(ada.page, gone)));
  assert.ok(await hasDatabase(ada.page, unheard), 'what is nowhere else stays');
  await ada.has(cid);

  await ada.view('view-settings');
  await leftover(ada, unheard).getByTestId('leftover-clear').click();
  await leftover(ada, unheard).waitFor({ state: 'detached' });
  assert.equal(await hasDatabase(ada.page, unheard), false);
  await ada.shownPost(alone).waitFor();
  await ada.page.reload();
  await ada.inRoom();
  await ada.has(alone);
});

scenario('a copy that another tab writes to is listed and cannot be cleared', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const node = await ben.node();
  await lastUsed(ada.page, node, 31);
  await ada.page.reload();
  await ada.linked(1);
  await ada.view('view-settings');
  await leftover(ada, node).filter({ hasText: 'open in another tab' }).waitFor();
  assert.equal(await leftover(ada, node).getByTestId('leftover-clear').count(), 0);
  const cid = await ben.post('still here');
  await ada.has(cid);
});

scenario('what hidden tabs received is new in "my rooms", also while they stay open', async (world) => {
  const { context, tabs } = await world.room(['Ada', 'Ben']);
  for (const tab of tabs) {
    await tab.page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
  }
  for (const text of ['one', 'two', 'three']) await tabs[0].post(text);
  const start = await world.tab(context, 'Start');
  await start.until('three are new', async () => {
    await start.page.reload();
    // The rooms stand there a moment before what is new in them.
    const told = start.at('my-rooms').filter({ hasText: '3 new' }).waitFor({ timeout: 2_000 });
    return told.then(() => true, () => false);
  });
  await world.picture('my rooms with news', start);
});

scenario('where the key of somebody new cannot be kept no room is opened, and it is said why', async (world) => {
  const { link } = await world.room(['Ada']);
  const context = await world.browser();
  const ben = await world.tab(context, 'Ben');
  await ben.page.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    window.free = () => (IDBObjectStore.prototype.put = put);
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('no room left', 'QuotaExceededError');
    };
  });
  await assert.rejects(ben.call('join', link), { code: 'storage-full' });
  await ben.at('start').waitFor();
  assert.equal((await ben.status()).room, null);
  await ben.page.evaluate(() => window.free());
  await ben.call('join', link);
  await ben.inRoom();
});
