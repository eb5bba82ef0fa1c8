// The connection panel and the servers in Settings: who is reached how, what was tried, and what a person can do.
import assert from 'node:assert/strict';
import { allHere } from './lib/parts.js';
import { PATIENCE, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

const advised = (tab, code) =>
  tab.at('network-advice', { 'data-code': code }).waitFor({ state: 'attached', timeout: PATIENCE });

/** Nobody listens there. */
const DEAD = 'ws://127.0.0.1:65533/';

scenario('the panel says who is reached how, and counts what each way of finding others did', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  await ada.view('view-network');
  const peer = ada.at('network-peer', { 'data-node': await ben.node() });
  await peer.filter({ hasText: 'Ben' }).filter({ hasText: 'met in this browser' }).waitFor();
  await peer.filter({ hasText: /\d ms/ }).waitFor({ timeout: PATIENCE });
  assert.ok(['webrtc', 'broadcast'].includes(await peer.getAttribute('data-path')));
  const tabs = ada.at('rendezvous', { 'data-kind': 'broadcast-channel', 'data-state': 'open' });
  await tabs.filter({ hasText: /\d+ sent, \d+ received/ }).waitFor();
  await ada.at('rendezvous', { 'data-kind': 'by-hand' }).waitFor();
  await advised(ada, 'no-relay');
  assert.equal(await ada.at('rendezvous', { 'data-kind': 'nostr' }).count(), 0, 'no relay is named, none is asked');

  // What to do is one press away.
  await ada.at('network-advice', { 'data-code': 'no-relay' }).getByRole('button').click();
  await ada.at('invite-link').waitFor();
  await ada.page.keyboard.press('Escape');

  await ada.call('offline');
  await advised(ada, 'offline');
  assert.equal(await ada.at('rendezvous').count(), 0);
  await ada.call('online');
  await ada.linked(1);
  await peer.waitFor();
});

scenario('what the network counts at rest is drawn for who looks at it, and for nobody else', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  await ada.has(await ben.post('the last that happens here'));
  await ada.until('in sync', async () => (await ada.status()).state === 'in-sync');
  const counts = async () => {
    const { rendezvous } = await ada.status();
    return rendezvous.find(({ kind }) => kind === 'broadcast-channel').received;
  };
  const drawings = async () => (await ada.status()).page.drawings;
  const further = (from) => ada.until('more was counted', async () => (await counts()) > from);
  // What else was under way may still be drawn: each is looked at that comes while something else is counted.
  await ada.until('two are counted and nothing is drawn', async () => {
    const before = await drawings();
    for (let more = 0; more < 2; more += 1) await further(await counts());
    return (await drawings()) === before;
  });

  await ada.view('view-network');
  const shown = ada.at('rendezvous', { 'data-kind': 'broadcast-channel' });
  const told = async () => Number(/(\d+) received/.exec(await shown.textContent())[1]);
  await ada.until('the count is drawn', async () => (await told()) === (await counts()));
  const before = await told();
  await ada.until('and those after it', async () => (await told()) > before);
});

scenario('a relay that is not there is told, counted for nothing, and stops nobody', async (world) => {
  world.provokes(/127\.0\.0\.1:65533/);
  world.server.config = { relays: [DEAD], stun: [] };
  const { tabs } = await world.room(['Ada', 'Ben']);
  await tabs[0].view('view-network');
  await advised(tabs[0], 'relays-unreachable');
  const relay = tabs[0].at('rendezvous', { 'data-kind': 'nostr' });
  await relay.filter({ hasText: DEAD }).filter({ hasText: '0 sent, 0 received' }).waitFor();
  const cid = await tabs[0].post('said all the same');
  await tabs[1].has(cid);
});

scenario('a browser without a network says so, rather than that nobody is here; tabs of it go on together', async (world) => {
  world.provokes(/127\.0\.0\.1:65533/);
  world.server.config = { relays: [DEAD], stun: [] };
  const context = await world.browser();
  const ada = await world.tab(context, 'Ada');
  const link = await ada.found({ title: 'Cable out', purpose: '', form: 'blank' });
  await ada.inRoom();
  const state = ada.at('connection-state');
  await state.filter({ hasText: 'alone' }).waitFor({ timeout: PATIENCE });
  // What explains it came before it was needed.
  await allHere(ada);
  await context.setOffline(true);
  assert.equal(await ada.page.evaluate(() => navigator.onLine), false);
  await state.filter({ hasText: 'no network here' }).waitFor();
  assert.equal(await state.getAttribute('data-state'), 'alone', 'for scripts it is what it was');
  await ada.view('view-network');
  await ada.at('network-advice', { 'data-code': 'unplugged' }).filter({ hasText: 'tabs of this browser still meet' }).waitFor();
  await world.picture('unplugged', ada);
  assert.equal(await ada.at('network-advice').count(), 1, 'nothing else is advised');
  const cid = await ada.post('said without a network');
  await context.setOffline(false);
  await state.filter({ hasText: 'alone' }).waitFor();
  // Loopback is no network either, and enough for the tabs of one browser.
  const ben = await world.tab(context, 'Ben', link);
  await ben.has(cid);
  await Promise.all([ada, ben].map((tab) => tab.linked(1)));
  await context.setOffline(true);
  assert.equal(await ben.page.evaluate(() => navigator.onLine), false);
  await ada.has(await ben.post('and to each other'));
  await state.filter({ hasText: 'connected with 1' }).waitFor();
  assert.equal(await ada.at('network-advice', { 'data-code': 'unplugged' }).count(), 0);
});

scenario('own servers are added in words, used at once, switched off, remembered and removed', async (world) => {
  world.provokes(/127\.0\.0\.1:65533/);
  const {
    link,
    tabs: [ada],
  } = await world.room(['Ada']);
  const add = async (tab, kind, address, more = {}) => {
    await tab.at('server-kind').selectOption(kind);
    await tab.at('server-address').fill(address);
    for (const [handle, value] of Object.entries(more)) await tab.at(handle).fill(value);
    await tab.at('server-add').click();
  };
  const refused = (tab, words) => tab.at('server-problem').filter({ hasText: words }).waitFor();
  await ada.view('view-settings');
  await add(ada, 'relay', 'https://relay.example');
  await refused(ada, /wss:\/\//);
  await add(ada, 'stun', 'stun:a b');
  await refused(ada, /Not added/);
  await add(ada, 'turn', 'turn:turn.example');
  await refused(ada, /name and a password/);
  assert.equal(await ada.at('server').count(), 0);

  await add(ada, 'relay', DEAD);
  const server = ada.at('server', { 'data-address': DEAD });
  await server.waitFor();
  await add(ada, 'relay', DEAD);
  await refused(ada, /already/);
  const asked = async (count) =>
    until(`${count} relays are asked`, async () => {
      const relays = (await ada.status()).rendezvous.filter((one) => one.kind === 'nostr');
      return relays.length === count;
    });
  await asked(1);
  await server.getByTestId('server-switch').click();
  await asked(0);
  await server.getByTestId('server-switch').click();
  await asked(1);

  await ada.at('relay-only').click();
  await ada.at('notice', { 'data-code': 'relay-only-without-turn' }).waitFor({ timeout: PATIENCE });
  await ada.view('view-network');
  await advised(ada, 'relay-only-without-turn');

  // Another tab of this browser, later: the same servers, without a word to anybody before a room is open.
  const later = await world.tab(ada.page.context(), 'Later');
  assert.deepEqual((await later.status()).rendezvous, []);
  await later.join(link);
  await later.inRoom();
  await later.view('view-settings');
  assert.equal(await later.at('relay-only').isChecked(), true);
  const kept = later.at('server', { 'data-address': DEAD });
  await kept.getByTestId('server-remove').click();
  await kept.waitFor({ state: 'detached' });
});

scenario('the invite goes to other apps where the browser can hand it on', async (world) => {
  const context = await world.browser();
  // Chromium on Linux has no share sheet: what the page would hand to it is looked at.
  await context.addInitScript(() => {
    window.shared = [];
    navigator.share = async (what) => void window.shared.push(what);
  });
  const {
    link,
    tabs: [ada],
  } = await world.room(['Ada'], { context, title: 'Crew' });
  await ada.at('invite-open').click();
  await ada.at('invite-share').click();
  const [shared] = await until('it is handed on', () => ada.page.evaluate(() => window.shared.length && window.shared));
  assert.deepEqual(shared, { title: 'Crew', url: link });
});
