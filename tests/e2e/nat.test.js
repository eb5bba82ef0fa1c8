// Browsers that cannot simply reach each other: homes behind routers that translate addresses, an address that changes,
// a line that is dead for a while. Real Chromiums in network namespaces, a real STUN and TURN server (coturn).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neighbours } from './lib/neighbours.js';
import { hasTurn, NAT, unavailable } from './lib/netns.js';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const reason = unavailable() ?? (hasTurn() ? null : 'needs coturn');

/** A browser and a tab in each home (null: right in the internet). `choose` picks what the page is told of. */
async function homes(world, nats, choose) {
  const { networks, browsers } = await neighbours(world, nats, choose);
  const tabs = [];
  for (const [index, { context, home }] of browsers.entries()) {
    await context.addInitScript(remember);
    const tab = await world.tab(context, ['Ada', 'Ben', 'Cleo'][index]);
    tabs.push(Object.assign(tab, { home }));
  }
  return { networks, tabs };
}

/** Keeps the page's connections, and all that the others told of their addresses. */
function remember() {
  window.connections = [];
  window.told = [];
  window.restarts = 0;
  const Original = RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      window.connections.push(this);
    }
    createOffer(options) {
      if (options?.iceRestart) window.restarts += 1;
      return super.createOffer(options);
    }
    setRemoteDescription(description) {
      window.told.push(...description.sdp.split('\r\n').filter((line) => line.startsWith('a=candidate:')));
      return super.setRemoteDescription(description);
    }
    addIceCandidate(candidate) {
      window.told.push(candidate.candidate);
      return super.addIceCandidate(candidate);
    }
  };
}

/** The kinds of addresses that the open connections of a tab use: its own and the other's. */
const kinds = (tab) =>
  tab.page.evaluate(async () => {
    const used = [];
    for (const connection of window.connections.filter((one) => one.connectionState === 'connected')) {
      const stats = await connection.getStats();
      const transport = [...stats.values()].find((one) => one.type === 'transport');
      const pair = stats.get(transport?.selectedCandidatePairId);
      if (pair) used.push([stats.get(pair.localCandidateId).candidateType, stats.get(pair.remoteCandidateId).candidateType]);
    }
    return used;
  });

/** Two tabs meet by pasted codes. */
async function byHand(one, other) {
  const reply = await other.call('byHand.reply', await one.call('byHand.invite'));
  await one.call('byHand.accept', reply);
}

const since = (begin) => `${Math.round(performance.now() - begin)} ms`;

async function found(tabs) {
  const [first, ...others] = tabs;
  const link = await first.found({ title: 'Behind routers', purpose: '', form: 'blank' });
  for (const tab of others) await tab.join(link);
  await Promise.all(tabs.map((tab) => tab.inRoom()));
}

const natScenario = (name, run) => (reason ? test(name, { skip: reason }, () => {}) : scenario(name, run));

natScenario('two browsers behind two routers link directly with STUN', async (world) => {
  const { tabs } = await homes(world, [NAT.plain, NAT.plain], ({ stun }) => ({ stun }));
  const [ada, ben] = tabs;
  await found(tabs);
  const begin = performance.now();
  await byHand(ada, ben);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  world.log(`linked ${since(begin)} after the first code; ${JSON.stringify(await kinds(ada))}`);
  for (const [own, others] of await kinds(ada)) {
    assert.ok([own, others].every((kind) => ['srflx', 'prflx'].includes(kind)), `${own} to ${others}`);
  }
  await ada.post('through the wall');
  await converged(tabs);
});

natScenario('behind symmetric routers a TURN server carries the link', async (world) => {
  const { tabs } = await homes(world, [NAT.symmetric, NAT.symmetric], ({ stun, turn }) => ({ stun, turn }));
  const [ada, ben] = tabs;
  await found(tabs);
  const begin = performance.now();
  await byHand(ada, ben);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  const used = await kinds(ada);
  world.log(`linked ${since(begin)} after the first code; ${JSON.stringify(used)}`);
  assert.ok(used.length > 0 && used.every((pair) => pair.includes('relay')), 'through the relay');
  await ada.post('by a detour');
  await converged(tabs);
});

natScenario('who hides its address tells none but the relay’s, and links all the same', async (world) => {
  const { tabs } = await homes(world, [NAT.plain, NAT.plain], ({ stun, turn }) => ({ stun, turn, relayOnly: true }));
  const [ada, ben] = tabs;
  await found(tabs);
  await byHand(ada, ben);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  for (const tab of tabs) {
    // What the other one told is all there is: this is what left it.
    const told = await tab.page.evaluate(() => window.told);
    assert.ok(told.length > 0);
    for (const candidate of told) {
      assert.match(candidate, / typ relay/);
      assert.doesNotMatch(candidate, /10\.71\.|198\.18\.0\.1\d/, 'no address of a home or its router');
    }
    assert.equal((await tab.local()).notices.length, 0);
  }
  await ada.post('from nowhere');
  await converged(tabs);
});

natScenario('who hides its address without a TURN server is told, and tells nobody its address', async (world) => {
  const { tabs } = await homes(world, [NAT.plain], ({ stun }) => ({ stun, relayOnly: true }));
  await found(tabs);
  const [ada] = tabs;
  await ada.at('notice', { 'data-code': 'relay-only-without-turn' }).waitFor();
  await assert.rejects(ada.call('byHand.invite'), ({ code }) => code === 'by-hand-unavailable');
});

natScenario('two that cannot reach each other have everything through a third', async (world) => {
  const { tabs } = await homes(world, [NAT.symmetric, NAT.symmetric, null], ({ stun }) => ({ stun }));
  const [ada, ben, cleo] = tabs;
  await found(tabs);
  await byHand(ada, cleo);
  await byHand(ben, cleo);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  await cleo.linked(2);
  const cid = await ada.post('to Ben, who cannot be reached');
  await ben.has(cid);
  await ben.post('and back');
  await converged(tabs);
  for (const tab of [ada, ben]) {
    const direct = (await tab.status()).peers.filter((peer) => peer.direct);
    assert.deepEqual(direct.map((peer) => peer.node), [await cleo.node()], `${tab.name} has one link`);
    const other = await (tab === ada ? ben : ada).node();
    await tab.until('it says how the other is reached', async () => {
      const peer = (await tab.status()).peers.find(({ node }) => node === other);
      return peer?.path === 'through' && !peer.direct;
    });
  }
});

/** Links that come and go at a tab, and the restarts so far, from now on. */
const watch = (tab) =>
  tab.page.evaluate(() => {
    window.links = [];
    window.paceline.on('peer', ({ up }) => window.links.push(up ? 'up' : 'down'));
  });
const links = (tab) => tab.page.evaluate(() => window.links);
const restarts = async (tabs) =>
  (await Promise.all(tabs.map((tab) => tab.page.evaluate(() => window.restarts)))).reduce((sum, one) => sum + one, 0);

natScenario('through the host’s relay they find each other, and a line that is dead for seconds loses nothing', async (world) => {
  const { networks, tabs } = await homes(world, [NAT.plain, NAT.plain], ({ stun, relays }) => ({ stun, relays }));
  const [ada, ben] = tabs;
  const begin = performance.now();
  await found(tabs);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  world.log(`linked ${since(begin)} after founding`);
  await Promise.all(tabs.map(watch));
  networks.cut(ada.home);
  const cut = performance.now();
  const posts = [await ada.post('into the dead line'), await ben.post('from the other end')];
  // The browser notices after about 5 s.
  await ada.until('the browser has noticed', () =>
    ada.page.evaluate(() => window.connections.some((one) => one.connectionState === 'disconnected')),
  );
  world.log(`noticed after ${since(cut)}`);
  networks.heal(ada.home);
  const healed = performance.now();
  for (const cid of posts) await Promise.all(tabs.map((tab) => tab.has(cid)));
  world.log(`everything was there ${since(healed)} after healing; links: ${(await links(ada)).join(', ') || 'stayed up'}`);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  await converged(tabs);
});

natScenario('a browser that gets another address keeps its links', async (world) => {
  // For a moment the home has none.
  world.provokes(/WebSocket connection to .* failed/);
  // Nor does it get what was being fetched for later.
  world.provokes(/ERR_(ADDRESS_UNREACHABLE|INTERNET_DISCONNECTED|NETWORK_CHANGED)/);
  const { networks, tabs } = await homes(world, [NAT.plain, NAT.plain], ({ stun, relays }) => ({ stun, relays }));
  await found(tabs);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  await Promise.all(tabs.map(watch));
  for (const [index, tab] of tabs.entries()) {
    const before = await restarts(tabs);
    networks.address(tab.home, `10.71.${index + 1}.77`, `10.71.${index + 1}.1`);
    const begin = performance.now();
    const cid = await tab.post('from another address');
    await Promise.all(tabs.map((one) => one.has(cid)));
    world.log(`what ${tab.name} said was everywhere ${since(begin)} after the change; without new paths a link fails after 16 s`);
    assert.ok((await restarts(tabs)) > before, 'new paths were found');
    assert.deepEqual(await Promise.all(tabs.map(links)), [[], []], 'no link went down');
  }
  await converged(tabs);
});
