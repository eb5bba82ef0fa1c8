// A tab that still runs the page of an earlier build, and tabs of today: one room.
import assert from 'node:assert/strict';
import { unpack } from './lib/older.js';
import { until } from './lib/tab.js';
import { dist } from './lib/tools.js';
import { scenario } from './lib/world.js';

/** Waits until all hold the same events and words. What they show of them may differ: a contract gains. */
const agree = (tabs) =>
  until('all agree', async () => {
    const seen = await Promise.all(tabs.map(async (tab) => [await tab.status(), await tab.state()]));
    const whole = seen.every(([status]) => status.missing === 0 && status.pending === 0);
    return whole && new Set(seen.map(([, state]) => state.digest)).size === 1;
  });

scenario('an old tab and new ones link and tell each other everything', async (world) => {
  const [one, two] = [await world.browser(), await world.browser()];
  world.server.dist = await unpack(world);
  const old = await world.tab(one, 'Old');
  const link = await old.found({ title: 'Two builds', purpose: 'Last month and today', form: 'blank' });
  await old.inRoom();
  await old.call('introduce', { name: 'Old' });
  const before = await old.post('said by the old page');
  // A browser may fetch a tab's icon long after its page: the old one's is gone by then.
  world.provokes(/icon-[0-9a-f]+\.svg|server responded with a status of 404/);
  world.server.dist = dist;

  // In one browser, and by hand from another one.
  const near = await world.tab(one, 'Near', link);
  await Promise.all([old.linked(1), near.linked(1)]);
  const far = await world.tab(two, 'Far', link);
  const reply = await far.call('byHand.reply', await old.call('byHand.invite'));
  await old.call('byHand.accept', reply);
  await Promise.all([old.linked(2), far.linked(1)]);
  await near.linked(2);
  await Promise.all([near.has(before), far.has(before)]);

  const after = await far.post('said by the page of today', { replyTo: before });
  await near.has(after);
  await near.call('feedback', { target: after, stance: 'appreciate' });
  const baton = await near.call('baton.open', { title: 'notes' });
  await old.has(after);
  await old.until('the baton is there', async () => (await old.state()).batons.some((it) => it.cid === baton));
  await old.call('baton.take', baton);
  await agree([old, near, far]);
  const words = (tab) => tab.state().then(({ posts }) => posts.map(({ text }) => text).sort());
  for (const tab of [old, near, far]) {
    assert.deepEqual(await words(tab), ['said by the old page', 'said by the page of today'], tab.name);
    assert.deepEqual((await tab.status()).refused, {}, tab.name);
  }
  for (const tab of [near, far]) assert.deepEqual((await tab.status()).newer, {}, tab.name);

  // The old tab is reloaded, and runs the page of today.
  const node = await old.node();
  await old.page.reload();
  await old.inRoom();
  assert.equal(await old.node(), node);
  assert.ok('newer' in (await old.status()), 'the page of today');
  await near.linked(2);
  await agree([old, near, far]);
});
