// The lead moves: every kind of handoff, side by side ones too.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { converged, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

const held = (tab, cid, holder) =>
  tab.until('the baton is where it should be', async () => {
    const baton = await tab.baton(cid);
    return baton.state === 'held' && baton.holder === holder ? baton : false;
  });
const inState = (tab, cid, state) =>
  tab.until(`the baton is ${state}`, async () => (await tab.baton(cid)).state === state);
const knows = (tabs, cid) =>
  Promise.all(
    tabs.map((tab) =>
      tab.until('knows the baton', async () => (await tab.state()).batons.some((one) => one.cid === cid)),
    ),
  );
/** Bytes of a name in a positional alphabet, the last so many of them. */
function bytesOf(text, alphabet, length) {
  const base = BigInt(alphabet.length);
  let number = [...text].reduce((sum, letter) => sum * base + BigInt(alphabet.indexOf(letter)), 0n);
  // Names in base 32 are padded to whole letters.
  if (alphabet.length === 32) number >>= BigInt((text.length * 5) % 8);
  return Buffer.from(number.toString(16).padStart(length * 2, '0').slice(-length * 2), 'hex');
}
const digestOf = (cid) => bytesOf(cid.slice(1), 'abcdefghijklmnopqrstuvwxyz234567', 32);
const keyOf = (node) => bytesOf(node, '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', 32);

/** Of authors of transfers on one tip whom nobody else built on: whose the draw makes the current one (ROOM.md, section 3). */
function drawn(tip, authors) {
  const lot = (author) => createHash('sha256').update(digestOf(tip)).update(keyOf(author)).digest('hex');
  return authors.toSorted((a, b) => (lot(a) < lot(b) ? -1 : 1))[0];
}

const everywhere = (tabs, ask) => Promise.all(tabs.map(ask));

scenario('a baton is taken, offered, withdrawn, declined, accepted, released and closed', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  const nodes = await everywhere(tabs, (tab) => tab.node());
  const cid = await ada.call('baton.open', { title: 'Facilitator', strengths: ['listening'], minutes: 15 });
  await knows(tabs, cid);
  await everywhere(tabs, (tab) => inState(tab, cid, 'free'));

  await ada.call('baton.take', cid);
  await everywhere(tabs, (tab) => held(tab, cid, nodes[0]));
  await assert.rejects(ben.call('baton.take', cid), (error) => Boolean(error.code), 'a held baton is not free');
  await assert.rejects(ben.call('baton.release', cid), (error) => Boolean(error.code), 'only the holder releases');

  const withdrawn = await ada.call('baton.offer', cid, nodes[1], 'yours?');
  await everywhere(tabs, (tab) => inState(tab, cid, 'offered'));
  assert.equal((await cleo.baton(cid)).offeredTo, nodes[1]);
  await ada.call('baton.withdraw', withdrawn);
  await everywhere(tabs, (tab) => held(tab, cid, nodes[0]));
  await assert.rejects(
    ben.call('baton.accept', withdrawn),
    (error) => Boolean(error.code),
    'a withdrawn offer is gone',
  );

  const declined = await ada.call('baton.offer', cid, nodes[1]);
  await ben.until('is offered it', async () => (await ben.baton(cid)).offer === declined);
  await ben.call('baton.decline', declined, 'not today');
  await everywhere(tabs, (tab) => held(tab, cid, nodes[0]));

  const offer = await ada.call('baton.offer', cid, nodes[2], 'you know the bridge');
  await cleo.until('is offered it', async () => (await cleo.baton(cid)).offer === offer);
  await assert.rejects(
    ben.call('baton.accept', offer),
    (error) => Boolean(error.code),
    'only the one it names accepts',
  );
  await cleo.call('baton.accept', offer);
  await everywhere(tabs, (tab) => held(tab, cid, nodes[2]));

  await cleo.call('baton.release', cid, 'all done for today');
  await everywhere(tabs, (tab) => inState(tab, cid, 'free'));
  await ben.call('baton.take', cid);
  await everywhere(tabs, (tab) => held(tab, cid, nodes[1]));
  await ben.call('baton.close', cid, 'the meeting is over');
  await everywhere(tabs, (tab) => inState(tab, cid, 'closed'));

  const { batons } = await converged(tabs);
  const { terms } = batons.find((one) => one.cid === cid);
  assert.deepEqual(
    terms.map((term) => [term.holder, term.by, term.parallel]),
    [
      [nodes[0], 'taken', false],
      [nodes[2], 'accepted', false],
      [nodes[1], 'taken', false],
    ],
  );
});

scenario('handing on with the mouse: open, take, offer, accept, release', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const benNode = await ben.node();
  await ada.at('baton-open').click();
  await ada.at('baton-title').fill('Timekeeper');
  await ada.at('baton-submit').click();
  const mine = (tab, state) => tab.at('baton', { 'data-state': state }).filter({ hasText: 'Timekeeper' });
  await mine(ada, 'free').waitFor();
  const act = (tab, state, handle) => mine(tab, state).getByTestId(handle).click();
  await act(ada, 'free', 'baton-take');
  await mine(ben, 'held').waitFor();
  await act(ada, 'held', 'baton-offer');
  await ada.at('baton-offer-to').selectOption(benNode);
  await ada.at('baton-offer-submit').click();
  await act(ben, 'offered', 'baton-accept');
  await until(
    'Ada sees that Ben holds it',
    async () => (await mine(ada, 'held').getAttribute('data-holder')) === benNode,
  );
  await world.picture('baton handed on', ada);
  await act(ben, 'held', 'baton-release');
  await mine(ada, 'free').waitFor();
});

scenario('whoever leaves while leading is stood in for at once, and takes the lead back', async (world) => {
  const { context, link, tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  const [adaNode, benNode] = await everywhere(tabs, (tab) => tab.node());
  const cid = await ada.call('baton.open', { title: 'Scribe' });
  await ada.call('baton.take', cid);
  await everywhere([ben, cleo], (tab) => held(tab, cid, adaNode));
  await assert.rejects(
    ben.call('baton.stepIn', cid),
    (error) => Boolean(error.code),
    'nobody steps in for who is here',
  );
  await ada.close();
  await until('Ben may step in', () => ben.call('baton.stepIn', cid).then(() => true));
  await everywhere([ben, cleo], (tab) => held(tab, cid, benNode));
  const back = await world.tab(context, 'Ada again', link);
  assert.equal(await back.node(), adaNode, 'Ada is Ada again');
  await held(back, cid, benNode);
  await back.call('baton.reclaim', cid);
  await everywhere([back, ben, cleo], (tab) => held(tab, cid, adaNode));
  const { batons } = await converged([back, ben, cleo]);
  assert.deepEqual(
    batons[0].terms.map((term) => [term.holder, term.by]),
    [
      [adaNode, 'taken'],
      [benNode, 'stepped-in'],
      [adaNode, 'reclaimed'],
    ],
  );
});

/** Two take the same free baton while both are offline. */
async function takenApart(world) {
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  const nodes = await everywhere(tabs, (tab) => tab.node());
  const cid = await cleo.call('baton.open', { title: 'Calling the venue' });
  await knows(tabs, cid);
  await everywhere([ada, ben], async (tab) => {
    await tab.call('offline');
    await tab.until('is offline', async () => (await tab.status()).state === 'offline');
  });
  await everywhere([ada, ben], (tab) => tab.call('baton.take', cid));
  await held(ada, cid, nodes[0]);
  await held(ben, cid, nodes[1]);
  return { tabs, nodes, cid };
}

/** The one whose term became a parallel lead is told so; all show both terms. */
async function toldAndShown(world, tabs, cid, loser) {
  const notice = await loser.until('is told what happened', async () =>
    (await loser.local()).notices.find((one) => one.code === 'parallel-lead'),
  );
  world.log(`told: ${notice.text}`);
  const { terms } = await loser.baton(cid);
  assert.ok(
    terms.some((term) => term.from === notice.about && term.parallel),
    'it is about the term',
  );
  await loser.at('notice', { 'data-code': 'parallel-lead' }).waitFor();
  for (const tab of tabs) {
    const history = tab.at('baton', { 'data-cid': cid }).getByTestId('baton-history');
    // A lead that turned out to be parallel is not hidden behind a click.
    await history.locator('li').nth(1).waitFor();
    const text = await history.innerText();
    assert.match(text, /Ada|you/i);
    assert.match(text, /Ben|you/i);
    assert.match(text, /led apart/);
    if (tab !== loser) assert.equal(await tab.at('notice', { 'data-code': 'parallel-lead' }).count(), 0);
  }
}

scenario('two take the same baton while apart: one holder, leaning, both terms kept, the other told', async (world) => {
  const { tabs, nodes, cid } = await takenApart(world);
  const [ada, ben] = tabs;
  await everywhere([ada, ben], (tab) => tab.call('online'));
  await everywhere(tabs, (tab) => tab.linked(2));
  const { batons } = await converged(tabs);
  const baton = batons.find((one) => one.cid === cid);
  assert.equal(baton.state, 'held');
  assert.equal(baton.holder, drawn(cid, nodes.slice(0, 2)), 'nobody went on with either: the draw decides');
  assert.deepEqual(baton.terms.map((term) => term.holder).sort(), [nodes[0], nodes[1]].sort(), 'no term is lost');
  assert.deepEqual(
    baton.terms.filter((term) => term.parallel).map((term) => term.holder),
    [nodes[0], nodes[1]].filter((node) => node !== baton.holder),
  );
  assert.equal(baton.settled, false, 'nobody went on with one of the two');
  await toldAndShown(world, tabs, cid, baton.holder === nodes[0] ? ben : ada);
  await world.picture('parallel lead', ada);
});

scenario('whom the room went on with keeps the baton, settled, whoever comes back later', async (world) => {
  const { tabs, nodes, cid } = await takenApart(world);
  const [ada, ben, cleo] = tabs;
  await ada.call('online');
  await held(cleo, cid, nodes[0]);
  await cleo.post('I go on with Ada');
  await ben.call('online');
  await everywhere(tabs, (tab) => tab.linked(2));
  const { batons } = await converged(tabs);
  const baton = batons.find((one) => one.cid === cid);
  assert.equal(baton.holder, nodes[0]);
  assert.equal(baton.settled, true);
  await toldAndShown(world, tabs, cid, ben);
});

scenario('an offer accepted while the offerer releases, both offline: all agree', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  const [adaNode, benNode] = await everywhere(tabs, (tab) => tab.node());
  const cid = await ada.call('baton.open', { title: 'Release' });
  const taken = await ada.call('baton.take', cid);
  const offer = await ada.call('baton.offer', cid, benNode);
  await ben.until('is offered it', async () => (await ben.baton(cid)).offer === offer);
  await everywhere([ada, ben], (tab) => tab.call('offline'));
  await ben.call('baton.accept', offer);
  await ada.call('baton.release', cid, 'nobody answered');
  assert.equal((await ben.baton(cid)).holder, benNode);
  assert.equal((await ada.baton(cid)).state, 'free');
  await everywhere([ada, ben], (tab) => tab.call('online'));
  await everywhere(tabs, (tab) => tab.linked(2));
  const { batons } = await converged([ada, ben, cleo]);
  const baton = batons.find((one) => one.cid === cid);
  assert.ok(
    baton.terms.some((term) => term.holder === adaNode) && baton.terms.some((term) => term.holder === benNode),
    'both terms are kept',
  );
  const expected = drawn(taken, [adaNode, benNode]) === benNode ? ['held', benNode] : ['free', null];
  assert.deepEqual([baton.state, baton.holder ?? null], expected, 'nobody went on with either: the draw decides');
  assert.equal(baton.settled, false, 'and it leans');
});
