// What becomes of a page besides being open: left and come back to, asleep, without a network for a while. Each time it
// is in sync again by itself, as the same node, with nothing lost. (Frozen pages are not here: a page that Playwright
// drives counts as looked at, and such a page cannot be frozen.)
import assert from 'node:assert/strict';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** Notes what a page goes through, before anything of it runs. */
const follow = (context) =>
  context.addInitScript(() => {
    window.restarts = 0;
    const { createOffer } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.createOffer = function (options) {
      if (options?.iceRestart) window.restarts += 1;
      return createOffer.apply(this, arguments);
    };
    window.lived = [];
    for (const name of ['online', 'offline']) addEventListener(name, () => window.lived.push(name));
    addEventListener('pageshow', ({ persisted }) => window.lived.push(persisted ? 'restored' : 'shown'));
  });

const lived = (tab) => tab.page.evaluate(() => window.lived);
const followed = async (world, options) => {
  const context = await world.browser(options);
  await follow(context);
  return context;
};
/** Links that come and go at a tab, from now on. */
const watchLinks = (tab) =>
  tab.page.evaluate(() => {
    window.links = [];
    window.paceline.on('peer', ({ up }) => window.links.push(up));
  });
const alone = (tab) =>
  tab.until('nobody is linked', async () => !(await tab.status()).peers.some(({ direct }) => direct));
const since = (begin) => `${Math.round(performance.now() - begin)} ms`;

scenario('a page that is left and come back to is in sync again', async (world) => {
  const context = await followed(world, { without: ['--disable-back-forward-cache'] });
  const { tabs } = await world.room(['Ada', 'Ben'], { context });
  const [ada, ben] = tabs;
  const node = await ada.node();
  await ada.page.goto(`${world.url}?page=blank`);
  await alone(ben);
  const meanwhile = await ben.post('while Ada was elsewhere');
  const begin = performance.now();
  // A page that is restored does not load.
  await ada.page.goBack({ waitUntil: 'commit' });
  await ada.inRoom();
  await ada.has(meanwhile);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  const restored = (await lived(ada)).includes('restored');
  const reasons = await ada.page.evaluate(() => {
    const walk = (reasons) => (reasons?.reasons ?? []).map(({ reason }) => reason);
    return walk(performance.getEntriesByType('navigation')[0]?.notRestoredReasons);
  });
  world.log(`in sync ${since(begin)} after going back; from the back-forward cache: ${restored} (${reasons.join(', ')})`);
  assert.equal(await ada.node(), node, 'the same node');
  await converged(tabs);
});

scenario('a tab that slept for longer than links live is in sync again soon after it wakes', async (world) => {
  const context = await followed(world);
  const { tabs } = await world.room(['Ada', 'Ben'], { context });
  const [ada, ben] = tabs;
  const node = await ada.node();
  await world.assertSeparate(context);
  const renderer = await rendererOf(context, ada);
  process.kill(renderer, 'SIGSTOP');
  world.cleanups.unshift(async () => process.kill(renderer, 'SIGCONT'));
  let begin = performance.now();
  await alone(ben);
  world.log(`the other tab gave the sleeper up after ${since(begin)}`);
  const meanwhile = await ben.post('while Ada slept');
  begin = performance.now();
  process.kill(renderer, 'SIGCONT');
  await ada.has(meanwhile);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  world.log(`in sync ${since(begin)} after waking`);
  assert.equal(await ada.node(), node);
  await ada.post('awake');
  await converged(tabs);
});

scenario('when the network is there again links look for new paths and stay up', async (world) => {
  const context = await followed(world);
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo'], { context });
  await Promise.all(tabs.map(watchLinks));
  await context.setOffline(true);
  await tabs[0].until('the page knows', async () => (await lived(tabs[0])).includes('offline'));
  const meanwhile = await tabs[0].post('without a network, over links that still work');
  await context.setOffline(false);
  const restarts = () => Promise.all(tabs.map((tab) => tab.page.evaluate(() => window.restarts)));
  await tabs[0].until('paths were found anew for all three links', async () => {
    const each = await restarts();
    return each.reduce((sum, one) => sum + one, 0) >= 3;
  });
  await Promise.all(tabs.map((tab) => tab.has(meanwhile)));
  await tabs[2].post('with one again');
  await converged(tabs);
  const links = await Promise.all(tabs.map((tab) => tab.page.evaluate(() => window.links)));
  assert.deepEqual(links, [[], [], []], 'no link went down');
});

/** The process that a tab runs in: the one that grows busy with it. */
async function rendererOf(context, tab) {
  const session = await context.browser().newBrowserCDPSession();
  const times = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return new Map(processInfo.filter((one) => one.type === 'renderer').map((one) => [one.id, one.cpuTime]));
  };
  const before = await times();
  await tab.page.evaluate(() => {
    // Work rather than time: the machine may be busy with other things.
    let sum = 0;
    for (let n = 0; n < 1e9; n += 1) sum += n;
    return sum;
  });
  const grown = [...(await times())].map(([id, time]) => ({ id, by: time - (before.get(id) ?? time) }));
  await session.detach();
  grown.sort((a, b) => b.by - a.by);
  assert.ok(grown[0].by > 0.2, 'one process was busy');
  return grown[0].id;
}
