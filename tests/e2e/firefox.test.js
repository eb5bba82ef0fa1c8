// Chromium and Firefox in one room, and Firefox on its own: a room does not ask which browser somebody uses.
import assert from 'node:assert/strict';
import { Firefox } from './lib/firefox.js';
import { startHost } from './lib/host.js';
import { slow, slowDisk, slowWrites } from './lib/slow.js';
import { converged } from './lib/tab.js';
import { firefox } from './lib/tools.js';
import { DELAYS, once } from './lib/whereabouts.js';
import { scenario } from './lib/world.js';

/** A test that needs Firefox; skipped (tests/skips.txt) where there is none. */
const inFirefox = (name, run) => scenario(name, run, { skip: firefox ? false : 'no Firefox here' });

/** A founder in Chromium and a guest in Firefox, met by two pasted codes. */
async function met(world) {
  const context = await world.browser();
  const other = await Firefox.open(world);
  world.log(`Chromium ${context.browser().version()} and ${await other.version()}`);
  const ada = await world.tab(context, 'Ada');
  const link = await ada.found({ title: 'Two browsers', purpose: 'Talk across', form: 'blank' });
  await ada.inRoom();
  const ben = await other.tab('Ben', link);
  return { context, other, link, ada, ben };
}

/** `one` invites, `two` replies: linked, directly, in sync. */
async function byHand(one, two) {
  const invite = await one.call('byHand.invite');
  const reply = await two.call('byHand.reply', invite);
  await one.call('byHand.accept', reply);
  await Promise.all([one.linked(1), two.linked(1)]);
  for (const tab of [one, two]) {
    const [peer] = (await tab.status()).peers;
    assert.equal(peer.path, 'webrtc');
  }
}

/** What people do in a room, each side once. */
async function workTogether(ada, ben) {
  const [adaNode, benNode] = [await ada.node(), await ben.node()];
  await Promise.all([ada, ben].map((tab) => tab.call('introduce', { name: tab.name })));
  const asked = await ada.post('which bridge?', { kind: 'question' });
  await ben.has(asked);
  const answer = await ben.post('the old one', { replyTo: asked });
  await ada.has(answer);
  const loop = await ada.call('feedback', { target: answer, stance: 'concern', text: 'it is closed' });
  await ben.until('has the concern', async () => (await ben.state()).feedback.some((one) => one.cid === loop));
  await ben.call('answer', loop, { as: 'noted', text: 'the new one, then' });
  await ada.until('is answered', async () =>
    (await ada.state()).feedback.some((one) => one.cid === loop && one.state === 'noted'),
  );
  const baton = await ada.call('baton.open', { title: 'Finding the way' });
  await ada.call('baton.take', baton);
  const handOn = async (from, to, node) => {
    const offer = await from.call('baton.offer', baton, node, 'yours');
    await to.until('is offered it', async () =>
      (await to.state()).batons.some((one) => one.cid === baton && one.offer === offer),
    );
    await to.call('baton.accept', offer);
    await from.until('has handed it on', async () => (await from.baton(baton)).holder === node);
  };
  await handOn(ada, ben, benNode);
  await handOn(ben, ada, adaNode);
  const state = await converged([ada, ben]);
  const terms = state.batons.find((one) => one.cid === baton).terms;
  assert.deepEqual(
    terms.map((term) => [term.holder, term.by]),
    [
      [adaNode, 'taken'],
      [benNode, 'accepted'],
      [adaNode, 'accepted'],
    ],
  );
  return state;
}

/** Enter, then a reload by the page's own timer, on disks of any speed: the post or its words are there, once. */
async function reloadsAroundEnter(world, tab) {
  let rounds = 0;
  for (const delay of DELAYS) {
    for (const ms of [0, 20, 60, 100]) {
      const text = `said ${ms} ms before the end, ${delay}`;
      rounds += 1;
      await tab.page.evaluate(slowDisk);
      await slow(tab, delay, rounds % 2 ? 'tell' : 'write');
      await tab.page.evaluate(
        ([text, ms]) => {
          const field = document.querySelector('[data-testid="composer-text"]');
          field.value = text;
          field.dispatchEvent(new InputEvent('input', { bubbles: true }));
          window.before = true;
          setTimeout(() => location.reload(), ms);
          field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
        },
        [text, ms],
      );
      await tab.until('it is another page', () => tab.page.evaluate(() => !window.before));
      await tab.inRoom();
      await once(tab, text);
    }
  }
  const writes = await slowWrites(tab);
  world.log(`${writes} writes counted`);
  assert.ok(writes >= rounds);
}

inFirefox('what goes wrong in a tab of Firefox does not go unseen', async (world) => {
  const browser = await Firefox.open(world);
  const tab = await browser.tab('Ada');
  await tab.page.evaluate(() => {
    console.error('said on purpose');
    setTimeout(() => {
      throw new Error('thrown on purpose');
    });
    new WebSocket('ws://127.0.0.1:2/elsewhere');
  });
  for (const pattern of [/console error: said on purpose/, /page error: .*thrown on purpose/, /request to .*elsewhere/]) {
    await tab.until(`${pattern} is seen`, () => world.problems.some((problem) => pattern.test(problem)));
    world.provokes(pattern);
  }
  world.provokes(/elsewhere/);
});

inFirefox('Chromium and Firefox meet by pasted codes: posts, feedback, a baton there and back', async (world) => {
  const { ada, ben } = await met(world);
  const before = await ada.post('said before anybody came');
  await byHand(ada, ben);
  await ben.has(before);
  await workTogether(ada, ben);
  await world.picture('firefox', ben);
});

inFirefox('the invite may as well come from Firefox', async (world) => {
  const { ada, ben } = await met(world);
  await byHand(ben, ada);
  await ben.post('Firefox called');
  await ada.post('Chromium heard');
  const { posts } = await converged([ada, ben]);
  assert.equal(posts.length, 2);
});

inFirefox("Chromium and Firefox meet through the host's relay, without a word of help", async (world) => {
  const host = await startHost(world);
  const context = await world.browser();
  const other = await Firefox.open(world);
  world.log(`Chromium ${context.browser().version()} and ${await other.version()}`);
  const ada = await world.tab(context, 'Ada', host.url);
  const link = await ada.found({ title: 'Two browsers', purpose: 'Talk across', form: 'blank' });
  await ada.inRoom();
  const ben = await other.tab('Ben', link);
  await Promise.all([ada.linked(1), ben.linked(1)]);
  for (const tab of [ada, ben]) {
    const [peer] = (await tab.status()).peers;
    assert.deepEqual([peer.path, peer.via], ['webrtc', 'nostr']);
  }
  await workTogether(ada, ben);
});

inFirefox('two tabs of one Firefox meet by themselves; a reload keeps who one is and what was said', async (world) => {
  const browser = await Firefox.open(world);
  world.log(await browser.version());
  const ada = await browser.tab('Ada');
  const link = await ada.found({ title: 'One Firefox', purpose: '', form: 'stand-up' });
  await ada.inRoom();
  const ben = await browser.tab('Ben', link);
  await Promise.all([ada.linked(1), ben.linked(1)]);
  assert.notEqual(await ada.node(), await ben.node(), 'each tab is a node');
  const state = await workTogether(ada, ben);
  const node = await ben.node();
  await ben.page.reload();
  await ben.inRoom();
  assert.equal(await ben.node(), node, 'the tab is who it was');
  assert.equal((await ben.state()).digest, state.digest, 'everything is there');
  await Promise.all([ada.linked(1), ben.linked(1)]);
  const cid = await ben.post('back again');
  await ada.has(cid);
  assert.deepEqual(
    (await converged([ada, ben])).people.filter((person) => person.split),
    [],
  );
  await ben.close();
  await reloadsAroundEnter(world, ada);
});

inFirefox('a tab of Firefox that is closed while it leads is stood in for', async (world) => {
  const browser = await Firefox.open(world);
  const ada = await browser.tab('Ada');
  const link = await ada.found({ title: 'One Firefox', purpose: '', form: 'blank' });
  await ada.inRoom();
  const ben = await browser.tab('Ben', link);
  await Promise.all([ada.linked(1), ben.linked(1)]);
  const baton = await ada.call('baton.open', { title: 'Captain' });
  await ada.call('baton.take', baton);
  const [adaNode, benNode] = [await ada.node(), await ben.node()];
  await ben.until('Ada leads', async () =>
    (await ben.state()).batons.some((one) => one.cid === baton && one.holder === adaNode),
  );
  await ada.page.close();
  await ben.until('may step in', () => ben.call('baton.stepIn', baton).then(() => true));
  await ben.until('leads', async () => (await ben.baton(baton)).holder === benNode);
});
