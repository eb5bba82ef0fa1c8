// Two groups that never met come together.
import assert from 'node:assert/strict';
import { byHand } from '../e2e/lib/by-hand.js';
import { freePort, startHost } from '../e2e/lib/host.js';
import { converged } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';

const relayOf = async (tab) => (await tab.status()).rendezvous.find((one) => one.kind === 'nostr');
const sum = (counts) => counts.reduce((total, count) => total + count, 0);
const relayed = async (tabs) => sum(await Promise.all(tabs.map(async (tab) => (await relayOf(tab)).sent)));

scenario('two groups of three that never met merge once they reach one relay; then two listen there', async (world) => {
  world.provokes(/WebSocket connection to/);
  const port = await freePort();
  world.allow(`http://127.0.0.1:${port}`);
  world.server.config = { relays: [`ws://127.0.0.1:${port}/relay`], stun: [] };
  const [here, there] = [await world.browser(), await world.browser()];
  const ada = await world.tab(here, 'Ada');
  const link = await ada.found({ title: 'Apart', purpose: 'Two groups', form: 'blank' });
  await ada.inRoom();
  // Dan takes the room along to where the other group is.
  const dan = await world.tab(there, 'Dan', link);
  await byHand(ada, dan);
  await Promise.all([ada.linked(1), dan.linked(1)]);
  await converged([ada, dan]);
  for (const tab of [ada, dan]) {
    await tab.call('offline');
    await tab.call('online');
  }
  const names = (context, ...names) => Promise.all(names.map((name) => world.tab(context, name, link)));
  const groups = [
    [ada, ...(await names(here, 'Ben', 'Cleo'))],
    [dan, ...(await names(there, 'Eve', 'Finn'))],
  ];
  const tabs = groups.flat();
  await Promise.all(tabs.map((tab) => tab.linked(2)));
  for (const tab of tabs) assert.equal((await tab.status()).peers.length, 2);
  await Promise.all(tabs.map((tab) => tab.post(`${tab.name} among three`)));
  for (const group of groups) await converged(group);

  await startHost(world, '--port', String(port));
  await Promise.all(tabs.map((tab) => tab.linked(5)));
  assert.equal((await converged(tabs)).posts.length, 6);
  const found = (await Promise.all(tabs.map(async (tab) => (await tab.status()).peers.map((peer) => peer.via)))).flat();
  world.log(`the groups met with ${await relayed(tabs)} messages through the relay; links found by ${JSON.stringify(tally(found))}`);
  assert.ok(found.includes('nostr'));

  // All but two let go of the relay, and who comes then is introduced by the room.
  const listening = async () => {
    const states = await Promise.all(tabs.map(async (tab) => (await relayOf(tab)).state));
    return states.filter((state) => state !== 'resting').length;
  };
  await ada.until('two listen', async () => (await listening()) === 2);
  const before = await relayed(tabs);
  const gus = await world.tab(await world.browser(), 'Gus', link);
  await Promise.all([...tabs, gus].map((tab) => tab.linked(6)));
  const cost = (await relayed([...tabs, gus])) - before;
  const how = tally((await gus.status()).peers.map((peer) => peer.via));
  world.log(`a seventh cost the relay ${cost} messages; found by ${JSON.stringify(how)}`);
  assert.ok(cost <= 20, `${cost} messages for one join`);
  assert.ok(how.room >= 3, 'most were introduced by the room');
});

function tally(words) {
  const counts = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
