// What is told of updates in an incident, and what is taken back. One of five from the tile to the notes is a soak.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { pass, timeCanPass } from './lib/clock.js';
import { undo } from './lib/crew.js';
import { isDue, leads, line, logs, quick } from './lib/incident.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

scenario('who leads is told when an update is due, others are not, and an update starts the time anew', async (world) => {
  const context = await world.browser();
  const { ada, link } = await quick(world, context, 20);
  const ben = await world.tab(context, 'Ben', link);
  for (const tab of [ada, ben]) await tab.call('introduce', { name: tab.name });
  await converged([ada, ben]);
  await ada.at('tab-meeting').click();
  await ada.at('incident-what').fill('The shop is down');
  await ada.at('incident-what').press('Enter');
  for (const tab of [ada, ben]) await leads(tab, await ada.node());
  await ada.at('tab-talk').click();
  await ada.until('it is due, whatever she looks at', () => isDue(ada));
  await ben.at('bar').filter({ hasText: 'Update due' }).waitFor({ timeout: PATIENCE });
  assert.equal(await isDue(ben), false, 'who does not lead is not called');
  await ada.at('tab-meeting').click();
  await logs(ada, 'It is the disk', [ada, ben], 'incident-update');
  await ada.until('nothing is due', async () => !(await isDue(ada)));
  for (const tab of [ada, ben]) {
    await tab.until('the time runs anew', async () => Number(await tab.at('bar').getAttribute('data-left')) > 0);
  }
  // A severity that was a mistake is taken back by who said it.
  await ben.at('incident-add').click();
  await ben.at('incident-severity', { 'data-value': 'low' }).click();
  await ada.at('incident-severity-now').filter({ hasText: 'low' }).waitFor({ timeout: PATIENCE });
  await ada.page.locator('.undo').filter({ hasText: 'set the severity' }).waitFor();
  const offer = ben.page.locator('.undo').filter({ hasText: 'set the severity' });
  await offer.getByTestId('undo').click();
  await ada.until('it is gone', async () => (await ada.at('incident-severity-now').textContent()) === '');
  // One that goes on with a press of anybody's, as any meeting.
  await ben.at('incident-over').click();
  await ada.page.locator('.undo').filter({ hasText: 'ended the meeting' }).getByTestId('undo').click({ timeout: PATIENCE });
  for (const tab of [ada, ben]) {
    await leads(tab, await ada.node());
    await line(tab, 'It is the disk').waitFor({ timeout: PATIENCE });
  }
});

scenario('in an incident who pressed too soon takes that back, and what is broken stays in its field', async (world) => {
  const context = await world.browser({ hasTouch: true });
  await timeCanPass(context);
  const { ada, link } = await quick(world, context, 120);
  const ben = Object.assign(await world.tab(context, 'Ben', link), { taps: true });
  await ben.page.setViewportSize({ width: 390, height: 844 });
  for (const tab of [ada, ben]) await tab.call('introduce', { name: tab.name });
  await converged([ada, ben]);
  await ada.at('tab-meeting').click();
  await ada.at('incident-what').fill('The shop is d');
  await ada.page.reload();
  await ada.inRoom();
  await ada.at('tab-meeting').click();
  assert.equal(await ada.at('incident-what').inputValue(), 'The shop is d');
  await ada.at('incident-what').fill('The shop is down');
  await ada.at('incident-what').press('Enter');
  for (const tab of [ada, ben]) await leads(tab, await ada.node());
  const offered = (tab, said) => tab.page.locator('.undo').filter({ hasText: said }).getByTestId('undo');

  await ben.at('incident-here').tap();
  await ada.at('incident-who-is-here').filter({ hasText: 'Ben' }).waitFor({ timeout: PATIENCE });
  await undo(ben, 'You said that you are here.', (it) => it.tap());
  await ben.at('incident-here').waitFor({ timeout: PATIENCE });
  await ada.until('nobody has said so', async () => (await ada.at('incident-who-is-here').textContent()) === '');

  // An update by mistake: its words are in the field again, and the next one is due when it was.
  const timer = async (tab) => (await tab.state()).meetings[0].timer;
  const { setAt } = await timer(ada);
  await pass(ada, 60_000);
  await logs(ada, 'It is the', [ada, ben], 'incident-update');
  await ada.until('the time runs anew', async () => (await timer(ada)).setAt > setAt);
  assert.equal(await offered(ben, 'update').count(), 0, 'whose words they are takes them back');
  await undo(ada, 'You posted an update.');
  for (const tab of [ada, ben]) {
    await line(tab, 'It is the').waitFor({ state: 'detached', timeout: PATIENCE });
    await tab.until('the time is what it was', async () => (await timer(tab)).seconds <= 60);
  }
  await ada.until('the words are there', async () => (await ada.at('incident-line').inputValue()) === 'It is the');
  await logs(ada, 'It is the disk', [ada, ben], 'incident-update');

  // The lead that somebody has just taken.
  const [{ cid: lead }] = (await ada.state()).batons;
  await ada.call('baton.release', lead);
  await ben.at('take-lead').tap();
  await leads(ada, await ben.node());
  await ada.page.locator('.undo').filter({ hasText: 'Ben leads now.' }).waitFor({ timeout: PATIENCE });
  assert.equal(await offered(ada, 'Ben leads now.').count(), 0);
  await undo(ben, 'You have the lead now.', (it) => it.tap());
  for (const tab of [ada, ben]) await tab.at('incident-lead').filter({ hasText: 'Nobody leads.' }).waitFor({ timeout: PATIENCE });
  await ada.at('take-lead').click();
  await leads(ben, await ada.node());

  // What was added to be done, as long as nobody does it.
  const row = (tab, title) => tab.at('incident-role-row').filter({ hasText: title });
  await ben.at('incident-add').tap();
  await ben.at('incident-role', { 'data-value': 'liaison' }).tap();
  await row(ada, 'Liaison').waitFor({ timeout: PATIENCE });
  await undo(ben, 'Added: Liaison', (it) => it.tap());
  for (const tab of [ada, ben]) await row(tab, 'Liaison').waitFor({ state: 'detached', timeout: PATIENCE });
  await ben.at('incident-role', { 'data-value': 'liaison' }).waitFor();
  await ben.at('incident-role', { 'data-value': 'scribe' }).tap();
  await offered(ben, 'Added: Scribe').waitFor({ timeout: PATIENCE });
  await row(ada, 'Scribe').getByTestId('role-take').click();
  await row(ben, 'Scribe').filter({ hasText: 'Ada' }).waitFor({ timeout: PATIENCE });
  await offered(ben, 'Added: Scribe').waitFor({ state: 'detached', timeout: PATIENCE });
  await check(ada, 'incident, undone');
  await check(ben, 'incident, undone, phone');
  await world.picture('incident undone phone', ben);

  await ada.at('incident-over').click();
  for (const tab of [ada, ben]) await tab.at('meeting', { 'data-state': 'closed' }).waitFor({ timeout: PATIENCE });
  await converged([ada, ben]);
  const notes = await ben.call('minutes');
  for (const gone of ['Liaison', 'I’m here']) assert.ok(!notes.includes(gone), `${gone} in ${notes}`);
  for (const said of ['It is the disk', 'Scribe']) assert.ok(notes.includes(said), `${said} in ${notes}`);
});
