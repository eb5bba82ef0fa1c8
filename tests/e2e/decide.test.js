// Decisions by hand: from a tile to the notes, by five of whom one goes; on a post, outside of any meeting; while the room is cut in two; and
// the room's own rules, which nothing else changes.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { setClock } from './lib/clock.js';
import { crew, frame, tap, undo } from './lib/crew.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const NIGHTLY = 'Build each night';
const click = (it) => it.click();
const proposal = (tab, title) => tab.at('proposal').filter({ hasText: title });
// On a phone what stands behind a view is on the page, too.
const seen = (all) => all.locator('visible=true').first();
const within = (tab, title, handle) => seen(proposal(tab, title).getByTestId(handle));
const stands = (tab, title, state) => seen(tab.at('proposal', { 'data-state': state }).filter({ hasText: title })).waitFor({ timeout: PATIENCE });
const step = (tabs, name) => Promise.all(tabs.map((tab) => tab.at('deciding', { 'data-step': name }).waitFor({ timeout: PATIENCE })));
const part = (tab, sort) => tab.at('round', { 'data-sort': sort });
const known = async (tab, title) => (await tab.state()).proposals.find((it) => it.title === title);

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

async function consent(tab, title, press = click) {
  await within(tab, title, 'ballot-consent').waitFor({ timeout: PATIENCE });
  await press(within(tab, title, 'ballot-consent'));
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

const DAY = 24 * 60 * 60 * 1_000;
/** So many days from today, as the page says days. */
const day = (days) => new Date(Date.now() + days * DAY).toLocaleDateString('sv');
const waiting = async (tab, count) => tab.at('for-you', { 'data-count': String(count) }).waitFor({ timeout: PATIENCE });
const rule = (tab, name) => tab.at('rule', { 'data-rule': name });

scenario('a trial whose day has come is kept or dropped by a decision: both are asked of all, and a dropped one is set back', async (world) => {
  // Three days ago, by every clock.
  const { context, ada, ben, cleo, tabs } = await crew(world, 'blank', { before: (context) => setClock(context, -3 * DAY) });
  await ada.view('view-decisions');
  await ada.at('proposal-open').click();
  await ada.at('proposal-title').fill('A better name');
  await ada.at('proposal-review').fill(day(-2));
  await ada.at('proposal-more').locator('summary').click();
  await ada.at('proposal-effect').selectOption('title');
  await ada.at('proposal-effect-value').fill('Harbour crew');
  await ada.at('proposal-trial').click();
  await ada.at('proposal-submit').click();
  const grace = { title: 'Take over later', text: 'After a minute.', effect: { values: { grace: 60 } }, trial: true, reviewOn: day(-2) };
  const later = await ben.call('decision.propose', grace);
  for (const tab of tabs) {
    for (const title of ['A better name', grace.title]) await stands(tab, title, 'open');
    await tab.call('decision.ballot', later, { stance: 'consent' });
  }
  await consent(ben, 'A better name');
  await consent(cleo, 'A better name', tap);
  for (const tab of tabs) {
    await tab.at('room-title').filter({ hasText: 'Harbour crew' }).waitFor({ timeout: PATIENCE });
    await tab.until('both are decided', async () => (await tab.state()).proposals.every((it) => it.state === 'carried'));
    await waiting(tab, 0);
  }
  await converged(tabs);
  assert.equal(await ada.at('review').count(), 0, 'the day has not come');

  // The day has come, and with it a line for each who took part.
  await setClock(context, 0);
  for (const tab of tabs) {
    await tab.page.reload();
    await tab.inRoom();
  }
  for (const tab of tabs) await waiting(tab, 2);
  await ada.at('for-you').click();
  await ada.at('wait', { 'data-kind': 'review' }).filter({ hasText: 'A better name' }).click();
  const trial = within(ada, 'A better name', 'review');
  await trial.waitFor({ timeout: PATIENCE });
  const boxes = [];
  for (const handle of ['review-keep', 'review-drop']) {
    const button = within(ada, 'A better name', handle);
    assert.equal(await button.getAttribute('data-primary'), null, 'neither is the expected one');
    boxes.push(await button.boundingBox());
  }
  assert.deepEqual([boxes[0].width, boxes[0].height], [boxes[1].width, boxes[1].height], 'both weigh the same');
  await cleo.view('view-decisions', tap);
  await within(cleo, grace.title, 'review-keep').waitFor({ timeout: PATIENCE });
  await check(ada, 'a trial whose day has come');
  await check(cleo, 'a trial whose day has come, phone');
  await world.picture('decide review', ada);

  await within(ada, 'A better name', 'review-drop').click();
  const dropped = 'Drop: A better name';
  for (const tab of [ada, ben]) await stands(tab, dropped, 'open');
  const { cid, about } = await known(ada, dropped);
  assert.equal(about, (await known(ada, 'A better name')).cid);
  await ada.until('the keyboard is at what is proposed', () => ada.page.evaluate((cid) => document.activeElement?.dataset.cid === cid, cid));
  assert.equal(await ada.at('room-title').textContent(), 'Harbour crew', 'only a decision changes it');
  await within(cleo, grace.title, 'review-keep').tap();
  const kept = `Keep: ${grace.title}`;
  for (const tab of tabs) {
    // What one has proposed the others are asked about; nobody is asked to look at it again.
    await tab.until('both are asked', async () => (await tab.state()).proposals.length === 4);
    await waiting(tab, tab === ben ? 2 : 1);
    await tab.view('view-decisions', tab === cleo ? tap : click);
    await seen(tab.at('proposal-changes').filter({ hasText: /called.*“.?Crew.?”/ })).waitFor({ timeout: PATIENCE });
    assert.equal(await tab.at('review').count(), 0, 'it is not offered twice');
  }
  const asked = seen(ben.at('review-follows', { 'data-cid': cid }));
  await asked.filter({ hasText: dropped }).waitFor();
  await asked.getByTestId('review-open').click();
  await ben.until('it leads there', () => ben.page.evaluate((cid) => document.activeElement?.dataset.cid === cid, cid));
  await check(ben, 'a trial that is asked about again');
  await world.picture('decide review asked', ben);

  await consent(ben, dropped);
  await consent(cleo, dropped, tap);
  for (const tab of [ada, ben]) await consent(tab, kept);
  for (const tab of tabs) {
    await tab.at('room-title').filter({ hasText: /^Crew$/ }).waitFor({ timeout: PATIENCE });
    await rule(tab, 'title').filter({ hasText: dropped }).waitFor({ timeout: PATIENCE });
    const own = rule(tab, 'grace').filter({ hasText: kept }).filter({ hasText: '60 s' });
    await own.waitFor({ timeout: PATIENCE });
    assert.doesNotMatch(await own.textContent(), /a trial until/, 'it is one no more');
    await waiting(tab, 0);
  }
  const { proposals } = await converged(tabs);
  assert.ok(proposals.every((it) => it.state === 'carried'));
  await seen(cleo.at('review-follows', { 'data-state': 'carried' })).waitFor();
  assert.equal(await cleo.at('review').count(), 0, 'it is settled');
  await check(cleo, 'a trial that was kept, phone');
});

scenario('how this works says what stands behind a notice and who may take over which role, by which decision, and whether they did', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  const [adaNode, benNode, cleoNode] = await Promise.all(tabs.map((tab) => tab.node()));
  const lead = await ada.call('baton.open', { title: 'The keys' });
  await ada.call('baton.take', lead);
  const old = await cleo.call('baton.open', { title: 'The old shed' });
  await converged(tabs);
  const decide = async (title, effect) => {
    const cid = await ada.call('decision.propose', { title, text: title, effect });
    for (const tab of tabs) {
      await tab.until('it is there', async () => (await tab.state()).proposals.some((it) => it.cid === cid));
      await tab.call('decision.ballot', cid, { stance: 'consent' });
    }
    for (const tab of tabs) await tab.until('it is decided', async () => (await known(tab, title)).state === 'carried');
    return cid;
  };
  await cleo.view('view-decisions', tap);
  await cleo.at('rules').waitFor();
  assert.equal(await cleo.at('rule-mandate').count() + (await cleo.at('rule-notice').count()), 0, 'nothing was decided of either');
  await decide('Cleo repeats herself', { behindNotice: cleoNode });
  await decide('Ben has the keys', { handBaton: { baton: lead, to: benNode } });
  await decide('Nobody needs the shed', { closeBaton: old });
  const mandate = (tab, cid, state) => tab.at('rule-mandate', { 'data-cid': cid, 'data-state': state });
  for (const tab of [ada, ben]) await tab.view('view-decisions');
  for (const tab of tabs) {
    const notice = tab.at('rule-notice', { 'data-node': cleoNode });
    await notice.filter({ hasText: 'Cleo repeats herself' }).waitFor({ timeout: PATIENCE });
    await mandate(tab, lead, 'open').filter({ hasText: 'Ben has the keys' }).waitFor({ timeout: PATIENCE });
    await mandate(tab, old, 'open').filter({ hasText: 'Nobody needs the shed' }).waitFor({ timeout: PATIENCE });
  }
  assert.equal((await ada.baton(lead)).holder, adaNode, 'a decision moves nothing by itself');
  await check(ada, 'how this works, mandates');
  await check(cleo, 'how this works, mandates, phone');
  await world.picture('decide mandates', ada);
  await ben.at('baton', { 'data-cid': lead }).getByTestId('mandate-accept').click();
  for (const tab of tabs) {
    await mandate(tab, lead, 'used').filter({ hasText: /Ben.*took it over/ }).waitFor({ timeout: PATIENCE });
    await mandate(tab, old, 'open').waitFor();
  }
  await ada.at('baton', { 'data-cid': old }).getByTestId('mandate-close').click();
  for (const tab of tabs) await mandate(tab, old, 'used').waitFor({ timeout: PATIENCE });
  await decide('Cleo is brief now', { noNotice: cleoNode });
  for (const tab of tabs) await tab.at('rule-notice').waitFor({ state: 'detached', timeout: PATIENCE });
  await converged(tabs);
});

scenario('who would rather wait for somebody who is absent waits until a day, and is reminded then, until that one has answered', async (world) => {
  // More than a week ago, by every clock.
  const { context, ada, ben, cleo } = await crew(world, 'blank', { before: (context) => setClock(context, -8 * DAY) });
  const title = 'Repaint the shed';
  await ben.call('decision.propose', { title, text: 'In green.' });
  for (const tab of [ada, ben, cleo]) await stands(tab, title, 'open');
  await cleo.call('offline');
  for (const tab of [ada, ben]) await consent(tab, title);
  const wait = () => within(ada, title, 'decision-wait');
  await wait().filter({ hasText: 'Wait until Friday' }).waitFor({ timeout: PATIENCE });
  await check(ada, 'somebody is absent');
  const until = await wait().getAttribute('data-until');
  assert.equal(new Date(`${until}T12:00`).getDay(), 5);
  await wait().click();
  await ada.at('decision-waits', { 'data-until': until }).first().waitFor();
  await ada.until('the keyboard stays there', () => ada.page.evaluate(() => document.activeElement?.dataset.testid === 'decision-wait-no-more'));
  assert.equal(await ada.at('decision-close').count(), 0, 'it is not asked for before that day');
  await within(ben, title, 'decision-close').waitFor();
  await ada.page.setViewportSize({ width: 390, height: 844 });
  await check(ada, 'it waits, phone');
  await world.picture('decide waits phone', ada);
  await ada.page.setViewportSize({ width: 1280, height: 800 });

  // It is remembered, and can be thought better of.
  await ada.page.reload();
  await ada.inRoom();
  await ada.at('decision-waits', { 'data-until': until }).first().waitFor({ timeout: PATIENCE });
  await waiting(ada, 0);
  await within(ada, title, 'decision-wait-no-more').click();
  await within(ada, title, 'decision-close').waitFor();
  await wait().click();
  await ada.at('decision-waits').first().waitFor();

  // That day has come.
  await setClock(context, 0);
  for (const tab of [ada, ben]) {
    await tab.page.reload();
    await tab.inRoom();
  }
  await waiting(ada, 1);
  await waiting(ben, 0);
  await ada.at('for-you').click();
  const line = ada.at('wait', { 'data-kind': 'waited' });
  assert.match(await line.textContent(), /you wanted to wait until Friday.*Cleo/);
  await line.click();
  await within(ada, title, 'decision-close').waitFor({ timeout: PATIENCE });
  await wait().waitFor();
  await check(ada, 'it has waited');
  await world.picture('decide waited', ada);
  await cleo.call('online');
  await consent(cleo, title, tap);
  for (const tab of [ada, ben, cleo]) await tab.until('it is decided', async () => (await known(tab, title)).state === 'carried');
  for (const tab of [ada, ben]) await waiting(tab, 0);
  await converged([ada, ben, cleo]);
});
