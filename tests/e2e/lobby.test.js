// The lobby of a meeting: who reaches whom in words, a name given there, and where people talk.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { PATIENCE } from './lib/tab.js';
import { scenario } from './lib/world.js';

const row = (tab, node, way) => tab.at('reach-person', { 'data-node': node, 'data-way': way });

/** Waits until all three are linked with each other, as this tab tells. */
async function together(tab) {
  await tab.at('reach', { 'data-all': 'true' }).filter({ hasText: 'Everybody reaches everybody' }).waitFor({ timeout: PATIENCE });
  await tab.until('each of the others is reached directly', async () => (await tab.at('reach-person', { 'data-way': 'direct' }).count()) === 2);
  await tab.at('reach-pair').waitFor({ state: 'detached', timeout: PATIENCE });
  assert.equal(await tab.at('reach-person', { 'data-all': 'true' }).count(), 3);
}

scenario('the lobby says who reaches whom directly, through somebody, and who is not reached', async (world) => {
  const context = await world.browser({ hasTouch: true });
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo'], { context, title: 'Crew', form: 'stand-up' });
  const [ada, ben, cleo] = tabs;
  const [a, b, c] = await Promise.all(tabs.map((tab) => tab.node()));
  await cleo.page.setViewportSize({ width: 390, height: 844 });
  await cleo.page.emulateMedia({ colorScheme: 'dark' });
  for (const tab of tabs) {
    await tab.at('tab-meeting').click();
    await together(tab);
    assert.equal((await tab.at('reach-pair').count()) + (await tab.at('reach-advice').count()), 0);
  }

  // Of two the one with the smaller id dials, so it is the one that tries in vain.
  const [[low, lowId], [high, highId]] = [[ben, b], [cleo, c]].sort(([, one], [, other]) => (one < other ? -1 : 1));
  await high.call('refuse', lowId);
  const pair = ada.at('reach-pair', { 'data-way': 'through' });
  await pair.filter({ hasText: /(Ben and Cleo|Cleo and Ben) reach each other through you/ }).waitFor({ timeout: PATIENCE });
  await row(cleo, b, 'through').filter({ hasText: 'through Ada' }).waitFor({ timeout: PATIENCE });
  await row(cleo, a, 'direct').waitFor();
  await ada.at('reach-test').click();
  // Both are asked anew, and answer.
  for (const node of [b, c]) {
    await row(ada, node, 'direct').and(ada.at('reach-person', { 'data-answered': 'true' })).filter({ hasText: /answered in \d+ ms/ }).waitFor({ timeout: PATIENCE });
  }
  await ada.at('reach').filter({ hasText: 'You reach 2 of 2' }).waitFor();
  assert.equal(await ada.at('reach-test').getAttribute('aria-disabled'), null, 'it can be tried again');
  for (const tab of [ada, cleo]) {
    const size = tab === ada ? 'wide' : 'phone';
    await check(tab, `who reaches whom, ${size}`);
    await world.picture(`lobby reach ${size}`, tab);
  }

  // Now nobody is between them any more.
  await ada.call('refuse', highId);
  await row(low, highId, 'cut').filter({ hasText: high.name }).filter({ hasText: 'found, not reached' }).waitFor({ timeout: PATIENCE });
  await low.at('reach-test').click();
  await low.at('reach').filter({ hasText: 'You reach 1 of 2' }).waitFor();
  await low.at('reach-advice').waitFor();
  assert.equal(await low.at('reach').filter({ hasText: 'Everybody reaches everybody' }).count(), 0);
  await check(low, 'somebody is not reached');
  await world.picture('lobby not reached', low);

  await high.call('allow', lowId);
  await ada.call('allow', highId);
  await low.at('reach-test').click();
  for (const tab of tabs) await together(tab);
});

scenario('a name given in the lobby is everywhere, and where people talk is told to all', async (world) => {
  const context = await world.browser();
  const ada = await world.tab(context, 'Ada');
  const link = await ada.found({ title: 'Crew', form: 'stand-up' });
  const ben = await world.tab(context, 'Ben', link);
  for (const tab of [ada, ben]) {
    await tab.linked(1);
    await tab.at('tab-meeting').click();
    assert.equal(await tab.at('name-input').inputValue(), '', 'nobody is an animal here');
  }
  await check(ada, 'a lobby that asks for a name');
  await world.picture('lobby without a name', ada);
  await ben.at('name-input').fill('Ben');
  await ben.page.keyboard.press('Enter');
  await ada.at('reach-person', { 'data-node': await ben.node() }).filter({ hasText: 'Ben' }).waitFor({ timeout: PATIENCE });
  await ben.at('name-input').waitFor({ state: 'detached' });

  assert.equal(await ada.at('where-talk').inputValue(), 'here');
  await ada.at('where-talk').selectOption('call');
  await ada.at('call-link').fill('https://call.example/crew');
  await ada.at('where-talk').selectOption('together');
  assert.equal(await ada.at('call-link').count(), 0);
  // Written and not sent: it is taken along.
  await ada.at('name-input').fill('Ada');
  await ada.at('lobby-start').click();
  for (const tab of [ada, ben]) {
    await tab.at('meeting', { 'data-state': 'open' }).filter({ hasText: 'We are in the same place.' }).waitFor({ timeout: PATIENCE });
    await tab.until('Ada is called so', async () => (await tab.state()).people.some((it) => it.name === 'Ada'));
    await tab.at('bar', { 'data-runs': await ada.node() }).filter({ hasText: tab === ada ? /you|Your/i : 'Ada' }).waitFor();
  }
});

scenario('a link to the call that is given in the lobby reaches the others as a link of the meeting', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben'], { title: 'Crew', form: 'stand-up' });
  for (const tab of [ada, ben]) await tab.at('tab-meeting').click();
  await ada.at('where-talk').selectOption('call');
  await ada.at('call-link').fill(' https://call.example/crew?room=1 ');
  await ada.at('lobby-start').click();
  for (const tab of [ada, ben]) {
    const link = tab.at('meeting', { 'data-state': 'open' }).locator('a[href="https://call.example/crew?room=1"]');
    await link.waitFor({ timeout: PATIENCE });
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
    assert.equal(await link.getAttribute('target'), '_blank');
  }
});

scenario('the lobby says who of those here might run it, and nobody where nobody else is', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben'], { title: 'Crew', form: 'stand-up' });
  await ada.at('tab-meeting').click();
  await ada.at('meeting-form').selectOption('retro');
  assert.equal(await ada.at('suggestion').count(), 0, 'there was none so far');
  await ada.at('lobby-start').click();
  await ben.at('tab-meeting').click();
  await ben.at('meeting', { 'data-state': 'open' }).waitFor({ timeout: PATIENCE });
  await ben.at('round-answer').fill('I am here');
  await ben.at('round-answer-submit').click();
  await ada.at('round', { 'data-answered': '1' }).waitFor({ timeout: PATIENCE });
  await ada.at('meeting-close').click();
  for (const tab of [ada, ben]) {
    await tab.at('meeting-again').click();
    await tab.at('meeting-form').selectOption('retro');
    const line = tab.at('lobby').getByTestId('suggestion');
    await line.filter({ hasText: tab === ben ? 'You might run it' : 'Ben might run it: has not run one lately.' }).waitFor();
    assert.equal(await line.getAttribute('data-node'), await ben.node());
    assert.equal(await tab.page.locator('[data-primary="true"]').count(), 1);
    await tab.at('meeting-form').selectOption('stand-up');
    await line.waitFor({ state: 'detached' });
    await tab.at('meeting-form').selectOption('retro');
    await line.waitFor();
  }
  await check(ada, 'who might run it');
  await ben.page.close();
  await ada.at('lobby').getByTestId('suggestion').waitFor({ state: 'detached', timeout: PATIENCE });
});
