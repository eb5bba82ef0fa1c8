// Decisions by hand: from a tile to the notes, by five of whom one goes; on a post, outside of any meeting; while the room is cut in two; and
// the room's own rules, which nothing else changes.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { crew, frame, tap, undo } from './lib/crew.js';
import { click, consent, known, seen, stands, within } from './lib/proposals.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const NIGHTLY = 'Build each night';
const step = (tabs, name) => Promise.all(tabs.map((tab) => tab.at('deciding', { 'data-step': name }).waitFor({ timeout: PATIENCE })));
const part = (tab, sort) => tab.at('round', { 'data-sort': sort });

async function say(tab, sort, text, press = click) {
  await part(tab, sort).getByTestId('round-answer').fill(text);
  await press(part(tab, sort).getByTestId('round-answer-submit'));
  await part(tab, sort).getByTestId('round-result').filter({ hasText: text }).waitFor({ timeout: PATIENCE });
}

async function nothing(tab, sort, press = click) {
  const pass = part(tab, sort).getByTestId('round-pass');
  await pass.waitFor({ timeout: PATIENCE });
  await press(pass);
}

async function object(tab, title, reason, fix, press = click) {
  await press(within(tab, title, 'ballot-object'));
  await within(tab, title, 'ballot-reason').fill(reason);
  if (fix) await within(tab, title, 'ballot-fix').fill(fix);
  await press(within(tab, title, 'ballot-submit'));
}

/** As many as that are told to have filled their next press. */
const filled = (tab, handle) => tab.until(`${handle} is the next press`, async () => (await tab.at(handle).first().getAttribute('data-primary')) === 'true');

scenario('five decide from a tile to the notes: an objection’s fix is used, all are asked again, one is absent', async (world) => {
  const context = await world.browser({ permissions: ['clipboard-read', 'clipboard-write'], hasTouch: true });
  const ada = await world.tab(context, 'Ada');
  await ada.at('start-tile', { 'data-form': 'decide' }).click();
  await ada.at('lobby').waitFor();
  const link = await ada.page.evaluate(() => location.href);
  const tabs = [ada];
  for (const name of ['Ben', 'Cleo', 'Dan', 'Eva']) tabs.push(await world.tab(context, name, link));
  const [, ben, cleo, dan, eva] = tabs;
  await cleo.page.setViewportSize({ width: 390, height: 844 });
  for (const tab of tabs) await tab.call('introduce', { name: tab.name });
  await converged(tabs);
  for (const tab of tabs) {
    await tab.until('all are here', async () => (await tab.at('person', { 'data-here': 'here' }).count()) === 5);
  }
  await ada.at('lobby-start').click();
  await step(tabs, 'propose');
  await check(ada, 'decide, propose');
  assert.equal(await ada.at('meeting-close').getAttribute('data-primary'), null, 'there is something to decide');

  // One field is enough.
  await ben.at('proposal-title').fill(NIGHTLY);
  await ben.at('proposal-submit').click();
  await step(tabs, 'questions');
  for (const tab of tabs) await stands(tab, NIGHTLY, 'open');
  assert.equal(await ada.at('ballot-consent').count(), 0, 'questions come first');
  const { reviewOn } = await known(ada, NIGHTLY);
  assert.match(reviewOn, /^\d{4}-\d\d-\d\d$/, 'it is looked at again, unless somebody says otherwise');

  await filled(ada, 'round-pass');
  await say(cleo, 'questions', 'On which machine?', tap);
  await part(ben, 'questions').getByTestId('round-result').filter({ hasText: 'On which machine?' }).waitFor({ timeout: PATIENCE });
  await say(ben, 'questions', 'On the big one');
  await check(cleo, 'decide, questions, phone');
  await world.picture('decide questions phone', cleo);
  assert.ok((await frame(cleo)) <= 0.25, `${await frame(cleo)} of a phone is frame`);
  for (const tab of [ada, dan]) await nothing(tab, 'questions');
  await ada.at('decide-waiting').filter({ hasText: 'Eva' }).waitFor({ timeout: PATIENCE });
  await nothing(eva, 'questions');
  // Nobody pressed anything to go on.
  await step(tabs, 'reactions');
  await say(ada, 'reactions', 'I like it');
  for (const tab of [dan, eva]) await nothing(tab, 'reactions');
  await nothing(cleo, 'reactions', tap);
  await filled(ben, 'objections-ask');
  await world.picture('decide reactions', ben);
  await ben.at('objections-ask').click();
  await step(tabs, 'objections');
  // Asked too early: anybody takes that back, until somebody has answered.
  await undo(ada, 'Ben asked for objections');
  await step(tabs, 'reactions');
  await filled(ben, 'objections-ask');
  await ben.at('objections-ask').click();
  await step(tabs, 'objections');
  for (const handle of ['ballot-consent', 'ballot-object']) {
    assert.equal(await within(ada, NIGHTLY, handle).getAttribute('data-primary'), null, 'neither answer is the expected one');
  }
  await check(ada, 'decide, objections');
  await world.picture('decide objections', ada);

  // An objection says what would go wrong.
  await within(cleo, NIGHTLY, 'ballot-object').tap();
  await within(cleo, NIGHTLY, 'ballot-submit').tap();
  assert.equal((await known(cleo, NIGHTLY)).ballots.filter((it) => it.stance === 'object').length, 0);
  await within(cleo, NIGHTLY, 'ballot-reason').fill('It is loud at night');
  await within(cleo, NIGHTLY, 'ballot-fix').fill('Not before eight in the morning');
  await check(cleo, 'decide, an objection, phone');
  await within(cleo, NIGHTLY, 'ballot-submit').tap();
  for (const tab of [ada, dan, eva]) await consent(tab, NIGHTLY);
  for (const tab of [ada, ben, dan, eva]) {
    await tab.at('proposal-stands').filter({ hasText: 'Not decided: Cleo objects.' }).first().waitFor({ timeout: PATIENCE });
    await tab.at('ballot', { 'data-stance': 'object' }).filter({ hasText: 'It is loud at night' }).first().waitFor();
    assert.equal(await tab.at('decision-close').count(), 0);
  }
  await world.picture('decide objected', ben);
  assert.equal(await ada.at('fix-use').count(), 0, 'the text is its author’s');
  await filled(ben, 'fix-use');
  await ben.at('fix-use').click();
  assert.match(await ben.at('amend-text').inputValue(), /Build each night\s+Not before eight in the morning/);
  await ben.at('amend-text').fill('Build each night, not before eight in the morning');
  await filled(ben, 'amend-submit');
  await ben.at('amend-submit').click();
  for (const tab of tabs) {
    const version = tab.at('version').filter({ hasText: 'changed it as' }).first();
    await version.waitFor({ timeout: PATIENCE });
    assert.match(await version.locator('ins').allTextContents().then((it) => it.join('')), /not before eight in the morning/);
    await tab.until('all are asked again', async () => (await within(tab, NIGHTLY, 'ballot-consent').getAttribute('aria-pressed')) === String(tab === ben));
  }
  await world.picture('decide changed', ada);

  // Eva’s tab goes: the others decide, or wait.
  const [evaNode, adaNode] = [await eva.node(), await ada.node()];
  await eva.close();
  const here = [ada, ben, cleo, dan];
  await consent(cleo, NIGHTLY, tap);
  for (const tab of [ada, dan]) await consent(tab, NIGHTLY);
  for (const tab of here) {
    await tab.at('person', { 'data-node': evaNode, 'data-here': 'here' }).waitFor({ state: 'detached', timeout: PATIENCE });
    await tab.at('ballots-missing').filter({ hasText: 'Eva' }).first().waitFor({ timeout: PATIENCE });
    await filled(tab, 'decision-close');
  }
  await converged(here);
  assert.equal((await known(ada, NIGHTLY)).state, 'open', 'whoever is missing keeps it open, until somebody says otherwise');
  await check(cleo, 'decide, one is absent, phone');
  await world.picture('decide absent', ada);
  await ada.at('decision-close').first().click();
  await step(here, 'decided');
  for (const tab of here) await stands(tab, NIGHTLY, 'carried');
  const decided = await converged(here);
  const { state, version, carried, ballots } = decided.proposals[0];
  assert.deepEqual([state, carried], ['carried', version]);
  assert.deepEqual(ballots.filter((it) => it.stance === 'consent' && it.version === version && it.counts).length, 4);
  assert.ok(ballots.some((it) => it.node === adaNode));

  await filled(ada, 'meeting-close');
  await check(ada, 'decide, decided');
  await ada.at('meeting-close').click();
  for (const tab of here) await tab.at('meeting', { 'data-state': 'closed' }).waitFor({ timeout: PATIENCE });
  await ada.at('copy-notes').first().click();
  await ada.until('the notes are copied', async () => {
    const notes = await ada.page.evaluate(() => navigator.clipboard.readText());
    const told = ['## Decisions', NIGHTLY, 'not before eight in the morning', '**Cleo** objected: It is loud at night', 'Not before eight', 'On which machine?'];
    return told.every((it) => notes.includes(it));
  });
  await ben.view('view-decisions');
  await ben.page.locator('.view').getByTestId('proposal').filter({ hasText: NIGHTLY }).waitFor();
  await check(ben, 'decide, agreed');
  await world.picture('decide agreed', ben);
});

scenario('a message is decided where it stands: the last answer decides by itself, and who objects after that is heard', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  const post = await ada.compose('Paint the door blue');
  await ben.has(post);
  await ben.actOn(post, 'decide-this');
  assert.equal(await ben.at('proposal-title').inputValue(), 'Paint the door blue');
  await ben.at('proposal-text').fill('With two coats.');
  await ben.at('proposal-submit').click();
  for (const tab of tabs) await stands(tab, 'Paint the door blue', 'open');
  // Who proposes it stands behind it; the others are asked, and find that.
  await ada.at('for-you', { 'data-count': '1' }).waitFor({ timeout: PATIENCE });
  assert.equal(await ben.at('for-you').getAttribute('data-count'), '0');
  await ada.at('for-you').click();
  await ada.at('wait', { 'data-kind': 'ballot' }).click();
  await ada.page.locator('.view').getByTestId('proposal').waitFor();
  await check(ada, 'a proposal in the talk and among what is agreed');
  await ada.page.keyboard.press('Escape');
  await check(cleo, 'a proposal in the talk, phone');
  await world.picture('decide stream phone', cleo);
  const title = 'Paint the door blue';
  await consent(ada, title);
  await within(cleo, title, 'ballot-more').tap();
  await within(cleo, title, 'ballot-concern').tap();
  await within(cleo, title, 'ballot-reason').fill('Who cleans the brushes?');
  await within(cleo, title, 'ballot-submit').tap();
  // Nobody presses anything.
  for (const tab of tabs) await tab.until('it is decided', async () => (await known(tab, title)).state === 'carried');
  for (const tab of tabs) await tab.at('decision-line').filter({ hasText: 'Decided: “Paint the door blue”' }).waitFor({ timeout: PATIENCE });
  assert.ok((await known(ada, title)).ballots.some((it) => it.stance === 'concern' && it.reason === 'Who cleans the brushes?'));

  await cleo.view('view-decisions', tap);
  await object(cleo, title, 'The colour has lead in it', null, tap);
  for (const tab of tabs) await stands(tab, title, 'suspended');
  await ada.at('proposal-stands').filter({ hasText: 'Not decided: Cleo objects' }).first().waitFor({ timeout: PATIENCE });
  await world.picture('decide suspended', ada);
  await within(cleo, title, 'ballot-consent').tap();
  for (const tab of tabs) await tab.until('it is decided anew', async () => (await known(tab, title)).state === 'carried');
  await converged(tabs);
});

scenario('while the room is cut in two one side decides, and an objection of the other suspends it for all', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  const cid = await ben.call('decision.propose', { title: 'Move to Friday', text: 'The weekly one.', reviewOn: '2031-01-31' });
  for (const tab of tabs) await stands(tab, 'Move to Friday', 'open');
  await cleo.call('offline');
  await object(cleo, 'Move to Friday', 'I am away on Fridays', 'Thursday', tap);
  await cleo.at('ballot', { 'data-stance': 'object' }).first().waitFor({ timeout: PATIENCE });
  for (const tab of [ada, ben]) await consent(tab, 'Move to Friday');
  await ada.at('decision-close').first().waitFor({ timeout: PATIENCE });
  await ada.at('decision-close').first().click();
  for (const tab of [ada, ben]) await tab.until('it is decided there', async () => (await known(tab, 'Move to Friday')).state === 'carried');
  await cleo.call('online');
  const { proposals } = await converged(tabs);
  assert.deepEqual(proposals.map((it) => [it.cid, it.state, it.reviewOn]), [[cid, 'suspended', '2031-01-31']]);
  for (const tab of tabs) await stands(tab, 'Move to Friday', 'suspended');
  await ada.at('proposal-stands').filter({ hasText: 'Not decided: Cleo objects, who had not been heard.' }).first().waitFor();
});

scenario('five are cut in two: three decide and each goes on, an objection of the other side comes too late, and all five read the same', async (world) => {
  const context = await world.browser({ hasTouch: true });
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo', 'Dan', 'Eva'], { context, title: 'Crew' });
  const [ada, ben, cleo, dan, eva] = tabs;
  await eva.page.setViewportSize({ width: 390, height: 844 });
  await eva.page.emulateMedia({ colorScheme: 'dark' });
  const title = 'Move to Friday';
  const cid = await ben.call('decision.propose', { title, text: 'The weekly one.' });
  for (const tab of tabs) await stands(tab, title, 'open');
  await converged(tabs);
  const [larger, smaller] = [[ada, ben, cleo], [dan, eva]];
  for (const tab of smaller) {
    await tab.call('offline');
    await tab.until('is cut off', async () => (await tab.status()).state === 'offline');
  }

  // On the smaller side one objects, and the other has read it: what one of them holds is carried to the other by hand.
  await object(eva, title, 'I am away on Fridays', 'Thursday', tap);
  await eva.at('ballot', { 'data-stance': 'object' }).first().waitFor({ timeout: PATIENCE });
  const file = await eva.page.evaluate(async () => [...(await window.paceline.exportCar())]);
  await dan.page.evaluate((bytes) => window.paceline.importCar(new Uint8Array(bytes)), file);
  await dan.at('proposal-stands').filter({ hasText: 'Not decided: Eva objects.' }).first().waitFor({ timeout: PATIENCE });

  // On the larger side three decide, and each writes once more.
  for (const tab of larger) await consent(tab, title);
  await ada.at('decision-close').first().waitFor({ timeout: PATIENCE });
  await ada.at('decision-close').first().click();
  for (const tab of larger) await tab.until('it is decided there', async () => (await known(tab, title)).state === 'carried');
  for (const tab of larger) {
    const post = await tab.post(`See you on Friday, says ${tab.name}`);
    for (const other of larger) await other.has(post);
  }
  for (const tab of smaller) assert.equal((await known(tab, title)).state, 'open', 'nothing of that has come through');

  for (const tab of smaller) await tab.call('online');
  const { proposals } = await converged(tabs);
  assert.deepEqual(proposals.map((it) => [it.cid, it.state]), [[cid, 'carried']]);
  const late = proposals[0].ballots.filter((it) => it.late);
  assert.deepEqual(late.map((it) => [it.node, it.stance, it.reason, it.fix]), [[await eva.node(), 'object', 'I am away on Fridays', 'Thursday']]);
  // Nobody's screen says anything else, and what came too late stands beside it.
  const reads = async (tab) => {
    await tab.view('view-decisions', tab === eva ? tap : click);
    await stands(tab, title, 'carried');
    await seen(tab.at('proposal-stands').filter({ hasText: /^Decided\./ })).waitFor({ timeout: PATIENCE });
    const ballot = seen(tab.at('ballot', { 'data-late': 'true' }).filter({ hasText: 'objected, too late' }));
    for (const words of ['I am away on Fridays', 'Thursday']) await ballot.filter({ hasText: words }).waitFor();
    assert.equal(await tab.at('decision-close').count(), 0, 'there is nothing left to decide');
  };
  for (const tab of tabs) await reads(tab);
  await check(ada, 'decided, an objection came too late');
  await check(eva, 'decided, an objection came too late, phone');
  await world.picture('decide late phone', eva);
  // So it is for who opens the page again.
  await eva.page.reload();
  await eva.inRoom();
  await reads(eva);
});

scenario('the room’s name changes by a decision and by nothing else, and the rule names the decision that made it', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  await ada.view('view-decisions');
  await ada.at('rule', { 'data-rule': 'title' }).filter({ hasText: 'as it was founded' }).waitFor();
  await ada.at('proposal-open').click();
  await ada.at('proposal-title').fill('A better name');
  await ada.at('proposal-more').locator('summary').click();
  await ada.at('proposal-effect').selectOption('title');
  await ada.at('proposal-effect-value').fill('Harbour crew');
  await ada.at('proposal-trial').click();
  await check(ada, 'a proposal that changes the room');
  await world.picture('decide rules', ada);
  await ada.at('proposal-submit').click();
  for (const tab of tabs) await tab.at('proposal-changes').filter({ hasText: 'Harbour crew' }).first().waitFor({ timeout: PATIENCE });
  assert.equal(await ben.at('room-title').textContent(), 'Crew');
  await consent(ben, 'A better name');
  await consent(cleo, 'A better name', tap);
  for (const tab of tabs) await tab.at('room-title').filter({ hasText: 'Harbour crew' }).waitFor({ timeout: PATIENCE });
  assert.equal((await converged(tabs)).title, 'Harbour crew');
  const made = ada.at('rule', { 'data-rule': 'title' });
  await made.filter({ hasText: 'decided: “A better name”' }).filter({ hasText: 'a trial until' }).waitFor({ timeout: PATIENCE });
  // A looser way to decide than the room's is refused, by a script as by the page.
  await assert.rejects(ben.call('decision.propose', { title: 'x', text: 'x', policy: 'majority' }), { code: 'looser-policy' });
  await assert.rejects(ben.call('decision.propose', { title: 'x', text: 'x', effect: { title: 'a', purpose: 'b' } }), { code: 'bad-argument' });
  const { cid } = await known(ben, 'A better name');
  await assert.rejects(ben.call('decision.amend', cid, 'mine now'), { code: 'not-yours' });
});
