// A long list of relays, of which a room uses five: the same for all its members, others for other rooms.
import assert from 'node:assert/strict';
import { startHost } from './lib/host.js';
import { inTheMiddle } from './lib/middle.js';
import { PATIENCE } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** How many a room uses. */
const CHOSEN = 5;

/** Addresses at one host: its relay answers under any path, and to pages each is another relay. */
const list = (origin, count) =>
  Array.from({ length: count }, (_, n) => `${origin.replace(/^http/, 'ws')}/${n}/relay`);

const relaysOf = async (tab) => (await tab.status()).rendezvous.filter((one) => one.kind === 'nostr');

const openAt = (tab, count) =>
  tab.until(`${count} relays are open`, async () => {
    const open = (await relaysOf(tab)).filter((one) => one.state === 'open').map((one) => one.url);
    return open.length === count && open.sort();
  });

scenario('a room uses five of the list, its members the same, another room others; one that refuses is replaced', async (world) => {
  const host = await startHost(world);
  /** Paths at which the relay refuses what is said. */
  const refusing = new Set();
  const answers = {
    passes: (way, text, at) => {
      const [word, event] = JSON.parse(text);
      if (way !== 'up' || word !== 'EVENT' || !refusing.has(at.path)) return true;
      at.answer(JSON.stringify(['OK', event.id, false, 'blocked: not from here']));
      return false;
    },
  };
  const middle = await inTheMiddle(world, host.origin, answers);
  const relays = list(middle.origin, 24);
  world.server.config = { relays, stun: [] };

  const ada = await world.tab(await world.browser(), 'Ada');
  const link = await ada.found({ title: 'Five', purpose: '', form: 'blank' });
  await ada.inRoom();
  const five = await openAt(ada, CHOSEN);
  // Written in another order, with an entry more and one of those that are not used less.
  const unused = relays.find((one) => !five.includes(one));
  const other = [...relays.filter((one) => one !== unused)].reverse();
  world.server.config = { relays: other, stun: [] };
  const ben = await world.tab(await world.browser(), 'Ben', link);
  assert.deepEqual(await openAt(ben, CHOSEN), five);
  await Promise.all([ada, ben].map((tab) => tab.linked(1)));
  assert.equal((await ben.status()).peers[0].via, 'nostr');

  // Cleo’s address is refused at two of them: the next ones of the same order stand in, and the others are met all the same.
  five.slice(0, 2).forEach((url) => refusing.add(new URL(url).pathname));
  const cleo = await world.tab(await world.browser(), 'Cleo', link);
  await cleo.linked(2);
  const open = await openAt(cleo, CHOSEN);
  assert.deepEqual(open.filter((url) => five.includes(url)), five.slice(2));
  const refused = (await relaysOf(cleo)).filter((one) => one.state === 'refused').map((one) => one.url);
  assert.deepEqual(refused.sort(), five.slice(0, 2));
  await cleo.view('view-network');
  const shown = cleo.at('rendezvous', { 'data-state': 'refused' });
  await shown.filter({ hasText: 'takes nothing from this address' }).first().waitFor({ timeout: PATIENCE });
  await shown.filter({ hasText: 'not from here' }).first().waitFor();
  await world.picture('relays network', cleo);

  refusing.clear();
  const dora = await world.tab(await world.browser(), 'Dora');
  await dora.found({ title: 'Another five', purpose: '', form: 'blank' });
  await dora.inRoom();
  assert.notDeepEqual(await openAt(dora, CHOSEN), five);
});

scenario('Settings say of how many relays a room uses five, and when they were tried; each has its switch', async (world) => {
  const host = await startHost(world);
  const relays = list(host.origin, 24);
  world.server.config = { relays, probed: null, stun: [] };
  const context = await world.browser();
  const ada = await world.tab(context, 'Ada');
  await ada.found({ title: 'Five', purpose: '', form: 'blank' });
  await ada.inRoom();
  const [first] = await openAt(ada, CHOSEN);
  await ada.view('view-settings');
  const listed = ada.at('servers-listed');
  await listed.locator('summary').filter({ hasText: 'Of the 24 relays' }).filter({ hasText: 'Not probed yet' }).waitFor();
  await world.picture('relays settings', ada);
  assert.equal(await listed.getByTestId('server').first().isVisible(), false, 'a long list is folded');
  await listed.locator('summary').click();
  await ada.at('server', { 'data-address': first }).getByTestId('server-switch').click();
  await ada.until('another one is used', async () => !(await openAt(ada, CHOSEN)).includes(first));
  await world.picture('relays settings open', ada);
  await ada.page.setViewportSize({ width: 360, height: 740 });
  await world.picture('relays settings narrow', ada);
  await ada.view('view-network');
  await ada.at('relays-chosen').filter({ hasText: 'uses 5' }).waitFor();
  await world.picture('relays network narrow', ada);
  // Own relays are all used, beside them.
  await ada.view('view-settings');
  await ada.at('server-address').fill(`${host.relay.replace('/relay', '/own/relay')}`);
  await ada.at('server-add').click();
  await openAt(ada, CHOSEN + 1);

  world.server.config = { relays, probed: { on: '2026-12-01', good: 24 }, stun: [] };
  const later = await world.tab(await world.browser({ colorScheme: 'dark' }), 'Later');
  await later.found({ title: 'Later', purpose: '', form: 'blank' });
  await later.inRoom();
  await later.view('view-settings');
  await later.at('servers-listed').locator('summary').filter({ hasText: 'Last tried on 2026-12-01' }).waitFor();
  await world.picture('relays settings dark', later);
});
