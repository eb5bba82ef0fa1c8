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
  await row(ada, b, 'direct').filter({ hasText: /\d ms/ }).waitFor({ timeout: PATIENCE });
  await ada.at('reach').filter({ hasText: 'You reach 2 of 2' }).waitFor();
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
