// An incident from the tile to the notes: declared on a phone with one field, logged by five, led on by another when the leader's page dies,
// reminded of updates in a tab that nobody sees, and looked back on.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { BareChromium } from './lib/bare.js';
import { pass, timeCanPass } from './lib/clock.js';
import { undo } from './lib/crew.js';
import { Person } from './lib/hands.js';
import { startHost } from './lib/host.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const leads = (tab, node) => tab.at('incident-lead', { 'data-node': node }).waitFor({ timeout: PATIENCE });
const line = (tab, text) => tab.at('log-line').filter({ hasText: text });
const lines = (tab) => tab.at('log-line').evaluateAll((all) => all.map((it) => it.dataset.cid));
const press = (tab, it) => (tab.taps ? it.tap() : it.click());

/** Logs what somebody saw, and sees it in all these tabs. */
async function logs(tab, text, tabs, button = 'incident-line-submit') {
  await tab.at('incident-line').fill(text);
  await press(tab, tab.at(button));
  for (const it of tabs) await line(it, text).waitFor({ timeout: PATIENCE });
  await tab.until('the field is free', async () => (await tab.at('incident-line').inputValue()) === '');
}

/** How often a person acted in a tab: presses and keys, whatever they are on. */
async function countActs(tab) {
  await tab.page.evaluate(() => {
    window.acts = 0;
    for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, (it) => (window.acts += it.isTrusted), true);
  });
  return () => tab.page.evaluate(() => window.acts);
}

/** Ada declares on her phone, a process of its own; the others come by the link, in another. */
async function declared(world) {
  const { relay } = await startHost(world);
  world.server.config = { relays: [relay], stun: [] };
  const pocket = await world.browser(PHONE);
  const laptop = await world.browser({ permissions: ['clipboard-read', 'clipboard-write'] });
  const ada = Object.assign(await world.tab(pocket, 'Ada'), { taps: true });
  await ada.at('start-tile', { 'data-form': 'incident' }).tap();
  await ada.at('incident-what').waitFor();
  const fields = ada.page.locator('.card-place input:visible, .card-place textarea:visible');
  assert.equal(await fields.count(), 1, 'one field');
  assert.equal(await ada.at('lobby').count(), 0, 'nobody waits for anybody');
  await check(ada, 'declare, phone');
  await world.picture('incident declare phone', ada);
  // Without a word it is not begun: the field is asked for.
  await ada.at('incident-declare').tap();
  await ada.until('the keyboard is in the field', () => ada.page.evaluate(() => document.activeElement?.dataset.testid === 'incident-what'));
  assert.equal((await ada.state()).meetings.length, 0);
  await ada.at('incident-what').fill('The shop is down');
  await ada.at('incident-declare').tap();
  await leads(ada, await ada.node());
  const link = await ada.page.evaluate(() => location.href);
  const others = [];
  for (const name of ['Ben', 'Cleo', 'Dan', 'Eva']) others.push(await world.tab(laptop, name, link));
  const tabs = [ada, ...others];
  for (const tab of tabs) await tab.call('introduce', { name: tab.name });
  await converged(tabs);
  // Nobody presses anything: the card is there.
  for (const tab of tabs) await leads(tab, await ada.node());
  return { pocket, link, tabs, ada, ben: others[0], cleo: others[1], dan: others[2], eva: others[3] };
}

scenario('five in an incident: logged, led on by another within a press when the leader’s page dies, given back or not, and looked back on', async (world) => {
  const { pocket, link, tabs, ada, ben, cleo, dan, eva } = await declared(world);
  const others = [ben, cleo, dan, eva];
  const [adaNode, benNode, cleoNode] = await Promise.all([ada, ben, cleo].map((it) => it.node()));
  for (const tab of tabs) {
    assert.equal(await tab.at('bar').getAttribute('data-runs'), adaNode, 'who declares leads');
    await tab.until('the time runs', async () => Number(await tab.at('bar').getAttribute('data-left')) > 1_000);
    assert.equal(await tab.at('take-lead').count(), 0, 'nobody is offered what somebody has');
  }
  await ben.at('incident-here').click();
  for (const tab of tabs) await tab.at('incident-who-is-here').filter({ hasText: tab === ben ? 'you' : 'Ben' }).waitFor({ timeout: PATIENCE });
  assert.equal(await ben.at('incident-here').count(), 0, 'once is enough');
  await logs(ben, 'the disk is full', tabs);
  await logs(cleo, 'the queue grows', tabs);
  const before = (await ada.state()).meetings[0].timer.setAt;
  await logs(ada, 'We empty the disk', tabs, 'incident-update');
  for (const tab of tabs) {
    await tab.at('log-line', { 'data-sort': 'update' }).filter({ hasText: 'We empty the disk' }).waitFor();
    await tab.until('the next update has its time', async () => (await tab.state()).meetings[0].timer.setAt > before);
  }
  // What is typed in the talk is in the log, too.
  await dan.at('tab-talk').click();
  await dan.compose('I call the host');
  await line(ada, 'I call the host').waitFor({ timeout: PATIENCE });
  await dan.at('tab-meeting').click();

  // What it needs is added; nobody is given any of it.
  await cleo.at('incident-add').click();
  await cleo.at('incident-severity', { 'data-value': 'critical' }).click();
  for (const tab of tabs) await tab.at('incident-severity-now').filter({ hasText: 'critical' }).waitFor({ timeout: PATIENCE });
  for (const role of ['scribe', 'liaison']) {
    await cleo.at('incident-role', { 'data-value': role }).click();
    await cleo.at('incident-role-row').filter({ hasText: new RegExp(role, 'i') }).waitFor({ timeout: PATIENCE });
  }
  const scribe = (tab) => tab.at('incident-role-row').filter({ hasText: 'Scribe' });
  for (const tab of tabs) await scribe(tab).filter({ hasText: 'nobody yet' }).waitFor({ timeout: PATIENCE });
  await scribe(eva).getByTestId('role-take').click();
  await scribe(ada).filter({ hasText: 'Eva' }).waitFor({ timeout: PATIENCE });
  await line(dan, 'the disk is full').getByTestId('incident-star').click();
  await line(ada, 'the disk is full').getByTestId('incident-star').and(ada.page.locator('[data-count="1"]')).waitFor({ timeout: PATIENCE });
  await check(ada, 'incident, phone');
  await check(cleo, 'incident, wide');
  await world.picture('incident lead phone', ada);
  await world.picture('incident wide', cleo);

  // Ada's page dies: whoever presses first leads, and nobody does by itself.
  await converged(tabs);
  const [log, since] = [await lines(ben), await ben.at('incident-clock').getAttribute('data-since')];
  await world.crash(ada);
  for (const tab of others) await tab.at('take-lead').waitFor({ timeout: PATIENCE });
  for (const tab of others) {
    assert.equal(await tab.at('incident-lead').getAttribute('data-node'), adaNode, 'by itself nobody leads');
    assert.equal(await tab.at('take-lead').count(), 1, 'in one place');
  }
  await world.picture('incident take the lead', ben);
  // From the talk, too.
  await dan.at('tab-talk').click();
  await dan.at('bar').getByTestId('take-lead').waitFor();
  const acts = await countActs(ben);
  await ben.at('take-lead').click();
  for (const tab of [ben, cleo, eva]) await leads(tab, benNode);
  assert.equal(await acts(), 1, 'one press');
  for (const tab of others) await tab.until('it is offered no more', async () => (await tab.at('take-lead').count()) === 0);
  await dan.at('tab-meeting').click();
  assert.equal(await ben.at('incident-clock').getAttribute('data-since'), since, 'the clock goes on');
  const after = await lines(ben);
  assert.deepEqual(log.filter((it) => !after.includes(it)), [], 'nothing is lost of the log');
  await logs(ben, 'Ada is offline, I go on', others);
  assert.equal(await ben.at('incident-update').count(), 1, 'who leads tells everybody');

  // She comes back, and has both choices; neither is pressed for her.
  const back = Object.assign(await world.tab(pocket, 'Ada', link), { taps: true });
  assert.equal(await back.node(), adaNode);
  await back.at('lead-back').waitFor({ timeout: PATIENCE });
  await back.at('lead-let-go-on').filter({ hasText: 'Ben' }).waitFor();
  for (const handle of ['lead-back', 'lead-let-go-on']) assert.equal(await back.at(handle).getAttribute('data-primary'), null);
  await line(back, 'Ada is offline, I go on').waitFor({ timeout: PATIENCE });
  await check(back, 'incident, back');
  await world.picture('incident back phone', back);
  await back.at('lead-let-go-on').tap();
  await ben.at('log-line', { 'data-sort': 'lead' }).filter({ hasText: /Ada.*lets.*Ben.*go on/ }).waitFor({ timeout: PATIENCE });
  await back.at('lead-back').waitFor({ state: 'detached' });
  await back.page.reload();
  await back.inRoom();
  await leads(back, benNode);
  assert.equal(await back.at('lead-back').count(), 0, 'it is remembered');

  // Ben leaves, Cleo goes on, and this time Ada takes it back.
  await converged([back, ...others]);
  await ben.close();
  await cleo.at('take-lead').waitFor({ timeout: PATIENCE });
  await cleo.at('take-lead').click();
  for (const tab of [back, dan, eva]) await leads(tab, cleoNode);
  await back.at('lead-back').tap();
  for (const tab of [back, cleo, dan, eva]) await leads(tab, adaNode);
  assert.equal(await cleo.at('take-lead').count(), 0);

  // She passes it on, and it moves once Dan says yes.
  const danNode = await dan.node();
  await back.at('lead-pass').tap();
  await back.at('lead-pass-to').selectOption(danNode);
  await back.at('lead-pass-submit').tap();
  await dan.at('lead-accept').waitFor({ timeout: PATIENCE });
  await leads(dan, adaNode);
  await dan.at('lead-accept').click();
  const now = [back, cleo, dan, eva];
  for (const tab of now) await leads(tab, danNode);
  await converged(now);

  await dan.at('incident-over').click();
  for (const tab of now) await tab.at('meeting', { 'data-state': 'closed' }).waitFor({ timeout: PATIENCE });
  await converged(now);
  const notes = await Promise.all(now.map((tab) => tab.call('minutes')));
  assert.ok(notes.every((it) => it === notes[0]), 'the same notes everywhere');
  const told = ['# The shop is down', '## What happened', '★ **Ben**: the disk is full', '**Ada** (Update): We empty the disk',
    '**Dan**: I call the host', '(Severity): critical', '**Ben**: I’m here', 'lets', 'took over', 'back'];
  const places = told.map((it) => notes[0].indexOf(it));
  for (const [at, it] of told.entries()) assert.ok(places[at] >= 0, `${it} in ${notes[0]}`);
  await check(back, 'incident, over');
  await world.picture('incident over phone', back);
  await dan.at('copy-notes').first().click();
  await dan.until('the notes are copied', async () => (await dan.page.evaluate(() => navigator.clipboard.readText())) === notes[0]);

  // The look back begins with what somebody marked.
  await back.at('incident-review').tap();
  for (const tab of now) {
    await tab.at('meeting', { 'data-state': 'open' }).waitFor({ timeout: PATIENCE });
    await tab.at('agenda-item').filter({ hasText: 'the disk is full' }).waitFor({ timeout: PATIENCE });
    assert.equal(await tab.at('agenda-item').count(), 1, 'and nothing else');
  }
  const review = (await converged(now)).meetings.at(-1);
  assert.deepEqual([review.form, review.state], ['retro', 'open']);
  assert.match(review.title, /^Review: .*The shop is down/);
  await world.picture('incident review', cleo);
});

/** In a room of a form by which an update is due so soon, in seconds. */
async function quick(world, context, seconds) {
  const form = { name: 'quick', title: 'Quick', meeting: { role: 'Leads it', incident: { question: 'What broke?', update_seconds: seconds } } };
  world.server.files = { 'forms/quick.json': JSON.stringify(form) };
  world.server.config = { relays: [], stun: [], forms: ['forms/quick.json'] };
  const ada = await world.tab(context, 'Ada');
  await ada.until('the form is here', () => ada.page.evaluate(() => document.querySelector('[data-testid="found-form"] option[value="quick"]') !== null));
  const link = await ada.found({ title: 'Crew', form: 'quick' });
  await ada.inRoom();
  return { ada, link };
}

const isDue = (tab) => tab.page.evaluate(() => document.title.includes('Update due'));

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

scenario('in a tab behind another who leads is reminded of the update all the same', async (world) => {
  const browser = await BareChromium.open(world);
  const { ada: tab, link } = await quick(world, browser, 40);
  await tab.page.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  const ada = new Person(tab, 'tap');
  await ada.press({ handle: 'tab-meeting' });
  await ada.write({ handle: 'incident-what' }, 'The shop is down');
  await tab.page.evaluate(() => {
    window.told = [];
    window.Notification = class {
      static permission = 'granted';
      constructor(words) {
        window.told.push(words);
      }
    };
  });
  await ada.press({ handle: 'incident-declare' });
  await ada.sees({ handle: 'incident-lead' });
  const ben = await world.tab(browser, 'Ben', link);
  await ben.page.bringToFront();
  await tab.until('it is hidden', () => tab.page.evaluate(() => document.hidden));
  await tab.until('she is told', () => isDue(tab), 2 * PATIENCE);
  const told = await tab.page.evaluate(() => window.told);
  assert.deepEqual([told.length, told[0]?.includes('update is due')], [1, true], 'once, and in words');
  assert.equal(await isDue(ben), false, 'who does not lead is not');
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
