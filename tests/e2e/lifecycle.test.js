// What becomes of a page besides being open: left and come back to, asleep, without a network for a while. Each time it
// is in sync again by itself, as the same node, with nothing lost.
import assert from 'node:assert/strict';
import { BareChromium } from './lib/bare.js';
import { PATIENCE, converged } from './lib/tab.js';
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

/** Ada's tab is behind Ben's, and notes what it goes through. */
async function behind(world) {
  const { tabs } = await world.room(['Ada', 'Ben'], { context: await BareChromium.open(world) });
  const [ada, ben] = tabs;
  await ada.page.evaluate(() => {
    window.lived = [];
    for (const name of ['freeze', 'resume']) document.addEventListener(name, () => window.lived.push(name));
    addEventListener('pageshow', ({ persisted }) => persisted && window.lived.push('restored'));
    window.beats = 0;
    setInterval(() => (window.beats += 1), 10);
  });
  await ben.page.bringToFront();
  await ada.until('is hidden', () => ada.page.evaluate(() => document.visibilityState === 'hidden'));
  return { tabs, ada, ben };
}

const here = async (tab, node) => (await tab.local()).present.find((one) => one.node === node)?.here;

/** Whether somebody looks at the tab, as its page is told. */
const look = (tab, looks) =>
  tab.page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, !looks);

scenario('behind another tab nothing is drawn; who comes back to it sees all at once', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben']);
  const [ada, ben] = tabs;
  await ben.shownPost(await ada.post('while Ben looks')).waitFor();
  await ben.view('view-network');
  await look(ben, false);
  await ben.page.evaluate(() => {
    window.drawn = [];
    const all = { childList: true, subtree: true, characterData: true, attributes: true };
    const told = ({ type, target, attributeName }) => `${type} ${attributeName ?? ''} ${(target.outerHTML ?? target.data).slice(0, 80)}`;
    new MutationObserver((changes) => window.drawn.push(...changes.map(told))).observe(document.body, all);
  });
  const drawn = () => ben.page.evaluate(() => window.drawn);
  const before = (await ben.status()).page.drawings;
  const posts = [];
  for (let nth = 1; nth <= 10; nth += 1) posts.push(await ada.post(`nobody looks, ${nth}`));
  await ada.call('retract', posts[0]);
  await ada.call('feedback', { target: posts[1], stance: 'concern', text: 'is it?' });
  const baton = await ada.call('baton.open', { title: 'Who looks' });
  await ada.call('introduce', { name: 'Adele' });
  await converged(tabs);
  // What the page is told of it, title and bells hear; twice, so that what is drawn would have been.
  for (let twice = 0; twice < 2; twice += 1) {
    await ben.has(await ada.post('one more'));
    await ben.until('the page was told', async () => (await ben.status()).page.drawings > before + twice);
  }
  assert.deepEqual(await drawn(), [], 'nothing was drawn');
  await look(ben, true);
  for (const cid of posts.slice(1)) await ben.shownPost(cid).waitFor();
  await ben.shownPost(posts[0]).locator('.trace').waitFor();
  await ben.page.locator(`[data-cid="${baton}"]`).first().waitFor();
  await ben.page.locator('.side').getByText('Adele').first().waitFor();
  assert.ok((await drawn()).length > 0);
});

scenario('a tab that was frozen behind another is in sync again once it is resumed', async (world) => {
  const { tabs, ada, ben } = await behind(world);
  const node = await ada.node();
  const before = await ada.post('said before');
  await ben.has(before);
  await ben.until('Ada is away', async () => (await here(ben, node)) === 'away');

  let begin = performance.now();
  await ada.page.freeze();
  await ada.until('the page was told', async () => (await lived(ada)).includes('freeze'));
  const beats = () => ada.page.evaluate(() => window.beats);
  const stopped = await beats();
  await alone(ben);
  await ben.until('Ada is gone', async () => (await here(ben, node)) === 'gone');
  world.log(`the other tab knew ${since(begin)} after the freeze`);
  const meanwhile = [];
  for (let n = 0; n < 20; n += 1) meanwhile.push(await ben.post(`while Ada stood still, ${n}`));
  assert.equal(await beats(), stopped, 'nothing ran meanwhile');
  assert.deepEqual(await lived(ada), ['freeze']);

  begin = performance.now();
  await ada.page.resume();
  await Promise.all(meanwhile.map((cid) => ada.has(cid)));
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  world.log(`in sync ${since(begin)} after it was resumed, still behind`);
  assert.deepEqual(await lived(ada), ['freeze', 'resume']);
  await ben.until('Ada is away', async () => (await here(ben, node)) === 'away');

  // Again, and this time somebody looks at it.
  await ada.page.freeze();
  await alone(ben);
  const later = await ben.post('while Ada stood still again');
  await ada.page.bringToFront();
  await ada.page.resume();
  await ada.has(later);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  await ben.until('Ada is here', async () => (await here(ben, node)) === 'here');
  const after = await ada.post('said after');
  await ben.has(after);
  assert.equal(await ada.node(), node, 'the same node');
  const { people } = await converged(tabs);
  assert.equal(people.length, 2, 'nobody is there twice');
  assert.deepEqual(people.filter((person) => person.split), []);
});

scenario('what was asked of a frozen tab while it stood still is neither lost nor done twice', async (world) => {
  const { tabs, ada, ben } = await behind(world);
  await ada.page.freeze();
  await alone(ben);
  // Asked for in the very moment it stands still: the answer comes when it goes on.
  const asked = ada.post('asked for while it stood still');
  const meanwhile = await ben.post('said meanwhile');
  await ada.page.resume();
  const cid = await asked;
  await Promise.all([ada.has(meanwhile), ben.has(cid)]);
  const { posts } = await converged(tabs);
  assert.equal(posts.length, 2);
});

scenario('a page that is restored from the back-forward cache goes on where it was, linked again', async (world) => {
  const { tabs, ada, ben } = await behind(world);
  const node = await ada.node();
  await ada.page.bringToFront();
  // What others say to a page in the cache throws it out of there, and it loads: so more than once, until it was quicker.
  const restored = async () => (await ada.page.evaluate(() => window.lived))?.includes('restored') ?? false;
  let begin;
  for (let times = 0; times < 10 && !(await restored()); times += 1) {
    await ada.page.goto(`${world.url}?page=blank`);
    begin = performance.now();
    await ada.page.goBack();
    await ada.inRoom();
  }
  assert.ok(await restored(), 'it did not load');
  const back = await ada.post('back again');
  await ben.has(back);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  world.log(`in sync ${since(begin)} after going back`);
  const answer = await ben.post('welcome');
  await ada.has(answer);
  assert.equal(await ada.node(), node, 'the same node');
  const { people } = await converged(tabs);
  assert.equal(people.length, 2, 'nobody is there twice');
});

scenario('a tab that slept for longer than links live is in sync again soon after it wakes', async (world) => {
  const context = await followed(world);
  const { tabs } = await world.room(['Ada', 'Ben'], { context });
  const [ada, ben] = tabs;
  const node = await ada.node();
  await world.assertSeparate(context);
  const renderer = await rendererOf(context, ada);
  let begin = performance.now();
  const meanwhile = await world.mayBeSilent(ada, async () => {
    process.kill(renderer, 'SIGSTOP');
    world.cleanups.unshift(async () => process.kill(renderer, 'SIGCONT'));
    await alone(ben);
    world.log(`the other tab gave the sleeper up after ${since(begin)}`);
    const post = await ben.post('while Ada slept');
    begin = performance.now();
    process.kill(renderer, 'SIGCONT');
    return post;
  });
  await ada.has(meanwhile);
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  world.log(`in sync ${since(begin)} after waking`);
  assert.equal(await ada.node(), node);
  await ada.post('awake');
  await converged(tabs);
});

scenario('who stands still on a link is not here, does not answer a test of it, and is here again once it speaks', async (world) => {
  const context = await followed(world);
  const { tabs } = await world.room(['Ada', 'Ben'], { context });
  const [ada, ben] = tabs;
  const node = await ada.node();
  await world.assertSeparate(context);
  const renderer = await rendererOf(context, ada);
  await ben.at('tab-meeting').click();
  await ben.at('reach-person', { 'data-node': node, 'data-way': 'direct' }).waitFor({ timeout: PATIENCE });
  const shown = (here) => ben.until(`Ada is ${here}`, async () => (await ben.at('person', { 'data-node': node, 'data-here': here }).count()) === 1);
  await shown('here');
  await world.mayBeSilent(ada, async () => {
    process.kill(renderer, 'SIGSTOP');
    world.cleanups.unshift(async () => process.kill(renderer, 'SIGCONT'));
    await ben.at('reach-test').click();
    await ben.at('reach-test').and(ben.page.locator('[aria-disabled="true"]')).filter({ hasText: 'Testing' }).waitFor();
    await ben.at('reach-person', { 'data-node': node, 'data-answered': 'false' }).filter({ hasText: 'no answer' }).waitFor();
    await ben.at('reach').filter({ hasText: 'You reach 0 of 1' }).filter({ hasText: 'No answer: Ada' }).waitFor();
    await ben.at('reach-advice').waitFor();
    assert.equal(await ben.at('reach').filter({ hasText: 'Everybody reaches everybody' }).count(), 0);
    assert.equal(await ben.at('reach-test').getAttribute('aria-disabled'), null);
    // Away as long as its link stands, and gone with that: which of the two is seen first is a matter of seconds.
    await ben.until('Ada is not here', async () => !(await ben.at('person', { 'data-node': node, 'data-here': 'here' }).count()));
    process.kill(renderer, 'SIGCONT');
  });
  await shown('here');
  await Promise.all(tabs.map((tab) => tab.linked(1)));
  await ben.at('reach-test').click();
  await ben.at('reach-person', { 'data-node': node, 'data-answered': 'true' }).waitFor({ timeout: PATIENCE });
  await ben.at('reach').filter({ hasText: 'You reach 1 of 1' }).waitFor();
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
