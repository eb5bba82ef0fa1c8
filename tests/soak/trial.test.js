// A trial whose day has come.
import assert from 'node:assert/strict';
import { check } from '../e2e/lib/axe.js';
import { setClock } from '../e2e/lib/clock.js';
import { crew, tap } from '../e2e/lib/crew.js';
import { DAY, day, waiting, rule } from '../e2e/lib/later.js';
import { click, consent, known, seen, stands, within } from '../e2e/lib/proposals.js';
import { PATIENCE, converged } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';

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
