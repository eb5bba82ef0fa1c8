// The room introduces its own newcomers: whoever has one link gets the others through it, with no service at all. And a pair
// that cannot link has everything through others, and says so.
import assert from 'node:assert/strict';
import { byHand } from './lib/by-hand.js';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const node = async (tab) => (await tab.status()).node;

const peerOf = async (tab, other) => {
  const id = await node(other);
  return (await tab.status()).peers.find((peer) => peer.node === id);
};

const throughRoom = async (tab) => (await tab.status()).rendezvous.find((one) => one.kind === 'room').sent;

scenario('a third, a fourth and a fifth join through the room alone', async (world) => {
  const browsers = await Promise.all([1, 2, 3, 4].map(() => world.browser()));
  const ada = await world.tab(browsers[0], 'Ada');
  const link = await ada.found({ title: 'Introductions', purpose: 'No service at all', form: 'blank' });
  await ada.inRoom();
  const before = await ada.post('said before anybody came');
  const ben = await world.tab(browsers[1], 'Ben', link);
  await byHand(ada, ben);
  await Promise.all([ada.linked(1), ben.linked(1)]);

  // Cleo knows Ben, and meets Ada through him.
  const cleo = await world.tab(browsers[2], 'Cleo', link);
  await byHand(ben, cleo);
  await Promise.all([ada, ben, cleo].map((tab) => tab.linked(2)));
  // Dan knows Cleo, and meets both others through her.
  const dan = await world.tab(browsers[3], 'Dan', link);
  await byHand(dan, cleo);
  await Promise.all([ada, ben, cleo, dan].map((tab) => tab.linked(3)));
  // Eve is another tab of Dan's browser.
  const eve = await world.tab(browsers[3], 'Eve', link);
  const tabs = [ada, ben, cleo, dan, eve];
  await Promise.all(tabs.map((tab) => tab.linked(4)));

  const via = async (one, other) => [(await peerOf(one, other)).via, (await peerOf(other, one)).via];
  for (const [one, other] of [[ada, ben], [ben, cleo], [dan, cleo]]) {
    assert.deepEqual(await via(one, other), ['by-hand', 'by-hand'], `${one.name} and ${other.name}`);
  }
  assert.deepEqual(await via(dan, eve), ['broadcast-channel', 'broadcast-channel']);
  for (const [one, other] of [[ada, cleo], [ada, dan], [ben, dan], [ada, eve], [ben, eve], [cleo, eve]]) {
    assert.deepEqual(await via(one, other), ['room', 'room'], `${one.name} and ${other.name}`);
    assert.equal((await peerOf(one, other)).path, 'webrtc');
  }
  const sent = (await Promise.all(tabs.map(throughRoom))).reduce((sum, count) => sum + count, 0);
  world.log(`${sent} relayed messages for 6 introductions: ${(sent / 6).toFixed(1)} each`);
  assert.ok(sent <= 6 * 40, `${sent} relayed messages for 6 introductions`);

  for (const tab of tabs) await tab.has(before);
  for (const tab of tabs) await tab.post(`${tab.name} is in`);
  assert.equal((await converged(tabs)).posts.length, 6);
});

scenario('two who cannot link have everything through a third, and are told so', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  await Promise.all([ada.call('refuse', await node(ben)), ben.call('refuse', await node(ada))]);
  const between = await node(cleo);
  for (const [one, other] of [[ada, ben], [ben, ada]]) {
    const peer = await one.until(`${other.name} is reached through Cleo`, async () => {
      const peer = await peerOf(one, other);
      return peer && !peer.direct && peer;
    });
    assert.deepEqual([peer.path, peer.through, peer.rttMs, peer.via], ['through', between, null, '']);
    assert.equal(peer.name, other.name);
  }
  const [fromAda, fromBen] = [await ada.post('for Ben, through Cleo'), await ben.post('for Ada, through Cleo')];
  await Promise.all([ben.has(fromAda), ada.has(fromBen)]);
  await converged(tabs);
  for (const tab of [ada, ben]) assert.equal((await tab.status()).state, 'in-sync');
  assert.equal((await peerOf(cleo, ada)).through, undefined);

  // Once both allow it, the room introduces them again.
  await Promise.all([ada.call('allow', await node(ben)), ben.call('allow', await node(ada))]);
  await Promise.all(tabs.map((tab) => tab.linked(2)));
  assert.equal((await ada.status()).peers.length, 2);
});
