// What comes after a decision, and before one where somebody is absent: a trial that is kept or dropped, what the room's rules say, and waiting
// until a day.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { setClock } from './lib/clock.js';
import { crew, tap } from './lib/crew.js';
import { DAY, waiting } from './lib/later.js';
import { consent, known, stands, within } from './lib/proposals.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

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
