// A room that goes on in a version which this page does not know: it says so, shows and passes on all of it, and posts. And a decision for a
// version that no page knows yet is undone by one objection. The file of the room is made by crates/room/tests/fold/raised.rs.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { eventsIn, readCar } from '../fixtures/events.js';
import { exported, take } from './lib/newcomer.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const RAISED = new URL('../../crates/room/tests/vectors/raised.car', import.meta.url);

/** A way into the room of a file: version 1, the room, a secret, and the beginning of the SHA-256 of all that. */
function linkOf(root) {
  const content = Buffer.concat([Buffer.from([1]), root.bytes.subarray(-32), randomBytes(32)]);
  const sum = createHash('sha256').update(content).digest().subarray(0, 4);
  return `#/r/${Buffer.concat([content, sum]).toString('base64url')}`;
}

const says = (tab, handle, pattern) => tab.at(handle).filter({ hasText: pattern }).first().waitFor({ timeout: PATIENCE });

scenario('a room that was raised beyond this page is read, posted in and passed on, and says so', async (world) => {
  const car = await readFile(RAISED);
  const { root, blocks } = readCar(car);
  const context = await world.browser();
  const link = world.url + linkOf(root);
  const ben = await world.tab(context, 'Ben', link);
  const report = await take(ben, car);
  assert.deepEqual(report, { admitted: eventsIn(blocks).length, known: 0, pending: 0, refused: {} });

  const state = await ben.state();
  assert.deepEqual([state.version, state.newer, state.raised.map(({ to }) => to)], [2, true, [2]]);
  const [decision] = state.proposals;
  assert.deepEqual([decision.state, state.raised[0].by], ['carried', decision.cid]);
  assert.deepEqual(state.batons.map(({ title }) => title), ['Scribe'], 'from before');
  assert.deepEqual(state.unknown.map(({ kind }) => kind).toSorted(), ['baton-opened', 'danced', 'promised']);
  const newest = state.posts.find(({ text }) => text === 'Written with a newer page.');
  assert.equal(state.feedback.find(({ target }) => target === newest.cid).text, 'which one?');
  await says(ben, 'room-title', 'A test room');
  await says(ben, 'newer-room', /version 2.*older.*Reload/);
  // What raised the room stands in the stream as long as it can be objected to.
  await ben.at('proposal', { 'data-cid': decision.cid }).getByTestId('ballot-object').first().waitFor({ timeout: PATIENCE });
  await ben.until('what only a newer page can read has a line each', async () => (await ben.at('newer').count()) === 3);
  for (const move of ['baton-take', 'baton-offer', 'baton-step-in', 'baton-open']) {
    assert.equal(await ben.at(move).count(), 0, 'no baton is moved with this page');
  }
  await ben.view('view-decisions');
  await ben.at('rule', { 'data-rule': 'version' }).filter({ hasText: /2.*another version/s }).waitFor({ timeout: PATIENCE });
  assert.equal(await ben.at('proposal-open').count(), 0, 'nothing is proposed with this page');

  // What is the same in every version; and nothing else.
  await ben.call('introduce', { name: 'Ben' });
  const answer = await ben.post('With the older page.', { replyTo: newest.cid });
  const concern = await ben.call('feedback', { target: newest.cid, stance: 'concern', text: 'and who has it?' });
  const propose = { title: 'Back again', text: 'To the first version.' };
  await assert.rejects(ben.call('decision.propose', propose), { code: 'newer-room' });
  await assert.rejects(ben.call('baton.open', { title: 'Host' }), { code: 'newer-room' });

  // All of it goes on to somebody else, and is there after a reload.
  const cleo = await world.tab(context, 'Cleo', link);
  await converged([ben, cleo]);
  const there = await cleo.state();
  assert.deepEqual([there.version, there.newer, there.unknown], [2, true, state.unknown]);
  assert.equal(there.posts.find(({ cid }) => cid === answer).text, 'With the older page.');
  assert.equal(there.feedback.find(({ cid }) => cid === concern).text, 'and who has it?');
  const names = new Set((await exported(cleo)).blocks.map(([name]) => String(name)));
  assert.deepEqual(blocks.map(([name]) => String(name)).filter((name) => !names.has(name)), [], 'words, too');
  await cleo.page.reload();
  await cleo.inRoom();
  await says(cleo, 'newer-room', /version 2/);
  assert.deepEqual((await cleo.state()).unknown, state.unknown);
});

scenario('a decision for a version that no page knows makes all pages older, and one objection brings them back', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben']);
  const [ada, ben] = tabs;
  await ada.has(await ben.post('here'));
  const cid = await ada.call('decision.propose', { title: 'Go on', text: 'In the next version.', effect: { version: 2 } });
  await converged(tabs);
  for (const tab of tabs) {
    await says(tab, 'proposal-changes', /version 2.*does not know version 2/);
    await tab.call('decision.ballot', cid, { stance: 'consent' });
  }
  const stands = (tab, what) => tab.until(`it is ${what}`, async () => (await tab.state()).proposals.some((it) => it.cid === cid && it.state === what));
  for (const tab of tabs) await stands(tab, 'carried');
  await converged(tabs);
  for (const tab of tabs) {
    const { version, newer, raised } = await tab.state();
    assert.deepEqual([version, newer, raised.map(({ to, by }) => [to, by])], [2, true, [[2, cid]]]);
    await says(tab, 'newer-room', /version 2.*older.*Reload/);
    await assert.rejects(tab.call('baton.open', { title: 'Host' }), { code: 'newer-room' });
  }
  // What decided it stands in the stream as long as it can be objected to.
  const card = ben.at('proposal', { 'data-cid': cid }).first();
  await card.getByTestId('ballot-object').click();
  await card.getByTestId('ballot-reason').fill('Nobody has that page yet');
  await card.getByTestId('ballot-submit').click();
  for (const tab of tabs) await stands(tab, 'suspended');
  await converged(tabs);
  for (const tab of tabs) {
    const { version, newer, raised } = await tab.state();
    assert.deepEqual([version, newer, raised], [1, false, []]);
    await tab.until('it says nothing of that any more', async () => (await tab.at('newer-room').count()) === 0);
    await tab.call('baton.open', { title: `Host by ${tab.name}` });
  }
  await ada.call('decision.propose', { title: 'And on', text: 'Two at once.', effect: { version: 3 } });
  await says(ada, 'proposal-changes', /version 3.*not the next one/);
});
