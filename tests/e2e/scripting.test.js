// What scripts may rely on, beyond the commands themselves.
import assert from 'node:assert/strict';
import { scenario } from './lib/world.js';

scenario('a listener hears until it stops, even if what stops it was thrown away', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben']);
  const [ada, ben] = tabs;
  await ben.page.evaluate(() => {
    window.heard = { kept: [], thrown: [], states: [], peers: [] };
    window.stop = window.paceline.on('event', ({ cid }) => window.heard.kept.push(cid));
    window.paceline.on('event', (event) => window.heard.thrown.push(event));
    window.paceline.on('state', ({ digest }) => window.heard.states.push(digest));
    window.paceline.on('peer', (peer) => window.heard.peers.push(peer));
  });
  await ben.page.requestGC();
  const first = await ada.post('heard by both');
  await ben.has(first);
  await ben.until('both heard it', async () => {
    const { kept, thrown } = await ben.page.evaluate(() => window.heard);
    return kept.includes(first) && thrown.some((event) => event.cid === first);
  });
  await ben.page.evaluate(() => window.stop());
  const second = await ada.post('heard by one');
  await ben.has(second);
  const adaNode = await ada.node();
  await ada.close();
  await ben.until('the peer is reported gone', async () => {
    const { peers } = await ben.page.evaluate(() => window.heard);
    return peers.some((peer) => peer.node === adaNode && peer.up === false);
  });
  const { kept, thrown, states } = await ben.page.evaluate(() => window.heard);
  assert.ok(!kept.includes(second), 'who stopped hears no more');
  const { author, kind } = thrown.find((event) => event.cid === second);
  assert.deepEqual({ author, kind }, { author: adaNode, kind: 'posted' });
  assert.equal(states.at(-1), (await ben.state()).digest);
});

scenario('the page offers its contract beside itself and cannot be tampered with by accident', async (world) => {
  const {
    tabs: [ada],
    context,
  } = await world.room(['Ada']);
  const response = await context.request.get(`${world.url}paceline.d.ts`);
  assert.equal(response.status(), 200);
  assert.match(await response.text(), /interface Paceline/);
  const version = await ada.page.evaluate(() => {
    'use strict';
    try {
      window.paceline = null;
    } catch {
      // Read-only: refused.
    }
    return window.paceline.version;
  });
  assert.match(version, /^\d+\.\d+\.\d+/);
  const api = await ada.page.evaluate(() => window.paceline.api);
  assert.ok(Number.isInteger(api) && api >= 1, 'the contract has a number');
});
