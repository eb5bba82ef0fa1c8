// An incident of five, from the tile to the notes; and the reminder of an update in a tab behind another.
import assert from 'node:assert/strict';
import { check } from '../e2e/lib/axe.js';
import { BareChromium } from '../e2e/lib/bare.js';
import { startHost } from '../e2e/lib/host.js';
import { declaredAlone, isDue, leads, line, logs } from '../e2e/lib/incident.js';
import { PATIENCE, converged } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const lines = (tab) => tab.at('log-line').evaluateAll((all) => all.map((it) => it.dataset.cid));

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

scenario('in a tab behind another who leads is reminded of the update all the same', async (world) => {
  const browser = await BareChromium.open(world);
  const { tab, link } = await declaredAlone(world, browser, 40);
  const ben = await world.tab(browser, 'Ben', link);
  await ben.page.bringToFront();
  await tab.until('it is hidden', () => tab.page.evaluate(() => document.hidden));
  await tab.until('she is told', () => isDue(tab), 2 * PATIENCE);
  const told = await tab.page.evaluate(() => window.told);
  assert.deepEqual([told.length, told[0]?.words.includes('update is due')], [1, true], 'once, and in words');
  assert.equal(await isDue(ben), false, 'who does not lead is not');
});
