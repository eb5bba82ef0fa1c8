// A page of the same origin that lies. With the right link it is a member, and may annoy; it may not disturb.
import assert from 'node:assert/strict';
import { converged, until } from './lib/tab.js';
import { hostile } from './lib/tools.js';
import { scenario } from './lib/world.js';

async function open(world, context) {
  assert.ok(hostile, 'the hostile page was built (cargo xtask test e2e does it)');
  const page = await context.newPage();
  await page.goto(`${world.url}?page=hostile`);
  await page.waitForFunction(() => window.ready);
  return page;
}

const refused = async (tab) => (await tab.status()).refused;

/** What was counted since, by code. */
function difference(after, before) {
  const changed = Object.entries(after).filter(([code, count]) => count !== (before[code] ?? 0));
  return Object.fromEntries(changed.map(([code, count]) => [code, count - (before[code] ?? 0)]));
}

/** Lies as events, and the code each is counted under. */
const EVENTS = [
  ['bad-signature', 'bad-signature'],
  ['forged', 'bad-signature'],
  ['not-canonical', 'not-canonical'],
  ['too-large', 'too-large'],
  ['malformed', 'malformed'],
  ['wrong-depth', 'wrong-depth'],
  ['wrong-room', 'wrong-room'],
];

/** A room of two and a liar linked with both: tells it lies one way, each of which must raise exactly its counter. */
async function liedTo(world, run) {
  const { context, link, tabs } = await world.room(['Ada', 'Ben']);
  const [ada, ben] = tabs;
  const kept = await ada.post('said in peace');
  await ben.has(kept);
  const before = await converged(tabs);
  const page = await open(world, context);
  await page.evaluate((link) => window.start(link, false), link);
  const linked = () => until('the liar is linked with both', () => page.evaluate(() => window.hostile.links === 2));
  const tell = async (way, kind) => {
    await linked(); // whoever refused it too often may have hung up
    const reached = await page.evaluate(([way, kind]) => window.hostile[way](kind), [way, kind]);
    assert.equal(reached, 2);
  };
  const lie = async (way, kind, code) => {
    await linked();
    const counted = await Promise.all(tabs.map(refused));
    await tell(way, kind);
    for (const [index, tab] of tabs.entries()) {
      const seen = await tab.until(`counts ${kind}`, async () => {
        const changed = difference(await refused(tab), counted[index]);
        return Object.keys(changed).length > 0 && changed;
      });
      assert.deepEqual(seen, { [code]: 1 }, `${tab.name} counts ${kind}`);
    }
  };
  await run({ lie, tell });
  assert.deepEqual(await converged(tabs), before, 'nothing of it got in');
  return { ada, ben, tabs, tell };
}

/** It was heard all the time: what is true gets in that way, and the room goes on. */
async function truthGetsIn({ ada, ben, tabs, tell }, way) {
  await tell(way, 'truth');
  for (const tab of tabs) {
    await tab.until('hears the truth', async () =>
      (await tab.state()).posts.some((post) => post.text?.startsWith('I never lie')),
    );
  }
  const after = await ben.post('and we go on');
  await ada.has(after);
  await converged(tabs);
  const { people } = await ada.state();
  assert.deepEqual(
    people.filter((person) => person.split),
    [],
  );
}

scenario('each class of lie raises exactly its counter, and nobody is disturbed', async (world) => {
  const room = await liedTo(world, async ({ lie }) => {
    for (const [kind, code] of EVENTS) await lie('push', kind, code);
    await lie('push', 'bad-message', 'bad-message');
  });
  await truthGetsIn(room, 'push');
});

scenario('the same lies given to those who catch up raise the same counters', async (world) => {
  const room = await liedTo(world, async ({ lie, tell }) => {
    for (const [kind, code] of EVENTS) await lie('claim', kind, code);
    // What nobody asked for is not even looked at: the lie after it is the only one counted.
    await tell('intrude', 'unasked-blocks');
    await lie('intrude', 'bad-message', 'bad-message');
  });
  await truthGetsIn(room, 'claim');
});

scenario('who takes a baton that is held gets nowhere, and all are shown why it did not count', async (world) => {
  const { context, link, tabs } = await world.room(['Ada', 'Ben']);
  const [ada] = tabs;
  const baton = await ada.call('baton.open', { title: 'Facilitator' });
  const taken = await ada.call('baton.take', baton);
  const seen = await ada.post('I lead');
  const before = await converged(tabs);
  const { depth } = before.posts.find((post) => post.cid === seen);
  const page = await open(world, context);
  await page.evaluate((link) => window.start(link, false), link);
  await until('the liar is linked with both', () => page.evaluate(() => window.hostile.links === 2));
  await page.evaluate((all) => window.hostile.overreach(...all), [baton, taken, seen, depth]);
  for (const tab of tabs) {
    const shown = tab.at('baton', { 'data-cid': baton });
    const history = shown.getByTestId('baton-history');
    await history.locator('summary').filter({ hasText: /did not count/ }).click();
    const ignored = history.getByTestId('ignored-transfer');
    await ignored.waitFor();
    assert.match(await ignored.innerText(), /somebody held the role: it was not free to take/);
    assert.equal(await shown.getAttribute('data-holder'), await ada.node(), `${tab.name} follows who leads`);
    assert.equal((await tab.baton(baton)).terms.length, 1);
  }
  await world.picture('transfer that did not count', ada);
  const { batons } = await converged(tabs);
  assert.deepEqual(batons, before.batons);
});

scenario('envelopes said again are counted as replayed and change nothing', async (world) => {
  const { context, link, tabs } = await world.room(['Ada', 'Ben']);
  const page = await open(world, context);
  // It knows the name of the channel, and only listens and repeats there.
  const name = await page.evaluate((link) => {
    window.start(link, false);
    const { channel } = window.hostile;
    window.hostile.stop();
    return channel;
  }, link);
  await page.evaluate((name) => window.tap(name), name);
  const cleo = await world.tab(context, 'Cleo', link);
  const all = [...tabs, cleo];
  await Promise.all(all.map((tab) => tab.linked(2)));
  const heard = await page.evaluate(() => window.tapped.heard.length);
  assert.ok(heard >= 2, `it heard what the tabs said to find one another (${heard})`);
  const counted = await Promise.all(all.map(refused));
  await page.evaluate(() => {
    const { channel, heard } = window.tapped;
    for (const envelope of [...heard]) channel.postMessage(envelope);
  });
  const seen = await Promise.all(
    all.map((tab, index) =>
      tab.until('counts them', async () => {
        const changed = difference(await refused(tab), counted[index]);
        return Object.keys(changed).length > 0 && changed;
      }),
    ),
  );
  for (const changed of seen) assert.deepEqual(Object.keys(changed), ['replayed-envelope'], JSON.stringify(seen));
  for (const tab of all) assert.equal((await tab.status()).peers.length, 2, 'all links are still up');
  const cid = await cleo.post('as if nothing happened');
  await Promise.all(tabs.map((tab) => tab.has(cid)));
});

scenario('noise on the channel where tabs meet is refused by name', async (world) => {
  const { context, link, tabs } = await world.room(['Ada', 'Ben']);
  const page = await open(world, context);
  await page.evaluate((link) => {
    window.start(link, false);
    const { channel } = window.hostile;
    window.hostile.stop();
    window.tap(channel);
  }, link);
  const noises = [
    ['malformed-envelope', 3, 1],
    ['foreign-envelope', 300, 1],
    ['envelope-too-large', 20_000, 1],
  ];
  for (const [code, length, fill] of noises) {
    const counted = await Promise.all(tabs.map(refused));
    await page.evaluate(
      ([length, fill]) => window.tapped.channel.postMessage(new Uint8Array(length).fill(fill)),
      [length, fill],
    );
    for (const [index, tab] of tabs.entries()) {
      const changed = await tab.until(`counts ${code}`, async () => {
        const changed = difference(await refused(tab), counted[index]);
        return Object.keys(changed).length > 0 && changed;
      });
      assert.deepEqual(changed, { [code]: 1 });
    }
  }
  // What is not even bytes is not looked at.
  await page.evaluate(() => {
    for (const thing of ['text', null, { a: [1, 2, 3] }, 42]) window.tapped.channel.postMessage(thing);
  });
  const cid = await tabs[0].post('still here');
  await tabs[1].has(cid);
});

scenario('with a wrong secret it gets nothing', async (world) => {
  const { context, link, tabs } = await world.room(['Ada', 'Ben']);
  await tabs[0].post('for members only');
  const page = await open(world, context);
  await page.evaluate((link) => window.start(link, true), link);
  // Long enough for somebody with the right one to come, link and catch up beside it.
  const cleo = await world.tab(context, 'Cleo', link);
  await cleo.linked(2);
  await cleo.post('members still meet');
  await converged([...tabs, cleo]);
  const { ever, messages } = await page.evaluate(() => ({
    ever: window.hostile.ever,
    messages: window.hostile.messages,
  }));
  assert.deepEqual({ ever, messages }, { ever: 0, messages: 0 });
  for (const tab of tabs) {
    const { peers } = await tab.status();
    assert.equal(peers.length, 2);
  }
});
