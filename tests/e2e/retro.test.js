// Steps of a retro that all share: the whole of one is a soak.
import assert from 'node:assert/strict';
import { crew, tap, undo } from './lib/crew.js';
import { HIDDEN, note, group } from './lib/retro.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

scenario('every step that all share in a retro can be undone by another, and a vote begun twice is one', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'retro');
  await ada.at('meeting-start').click();
  await ada.at('meeting-form').selectOption('retro');
  await ada.at('lobby-start').click();
  for (const tab of tabs) await tab.at('round', { 'data-state': 'open' }).waitFor({ timeout: PATIENCE });
  await note(ada, null, HIDDEN[0]);
  await note(ben, null, HIDDEN[1]);
  await ada.at('round-reveal').click();
  for (const tab of tabs) for (const text of HIDDEN.slice(0, 2)) await group(tab, text).waitFor({ timeout: PATIENCE });

  // Put together by one, taken apart by another, whose own way back puts them together.
  await group(cleo, HIDDEN[1]).getByTestId('note-same').tap();
  await group(cleo, HIDDEN[1]).getByTestId('theme-place').selectOption({ index: 1 });
  for (const tab of tabs) await tab.until('they are one', async () => (await tab.at('note').count()) === 1);
  await undo(ben, `put “${HIDDEN[1]}” to another that says the same`);
  for (const tab of tabs) await tab.until('they are two', async () => (await tab.at('note').count()) === 2);

  // Begun too early by one, undone by another before anybody has voted.
  await ada.at('vote-start').click();
  for (const tab of tabs) await tab.at('dots-left').waitFor();
  await undo(cleo, 'Ada began the vote', tap);
  for (const tab of tabs) await tab.at('vote-start').waitFor();
  for (const tab of tabs) assert.equal(await tab.at('dots-left').count(), 0);

  // Begun by two who do not see each other: one vote on every screen, with all that was voted in the one that counts.
  for (const tab of [ada, ben]) await tab.call('offline');
  for (const tab of [ada, ben]) {
    await tab.until('its button is ready', async () => !(await tab.at('vote-start').getAttribute('aria-disabled')));
    await tab.at('vote-start').click();
    await tab.at('dots-left').waitFor();
  }
  await group(ben, HIDDEN[1]).getByTestId('dot-add').click();
  await ben.at('dots-left', { 'data-left': '2' }).waitFor();
  await ben.until('its vote is said', async () => (await ben.state()).rounds.some((it) => it.totals && it.answered.length === 1));
  for (const tab of [ada, ben]) await tab.call('online');
  await converged(tabs);
  for (const tab of tabs) {
    await tab.page.getByText('1 person has voted.').waitFor();
    assert.equal(await tab.page.locator('.asked [data-testid="round"]').count(), 0, 'no other is asked beside it');
  }
  await group(cleo, HIDDEN[1]).getByTestId('dot-add').tap();
  for (const tab of tabs) await tab.page.getByText('2 people have voted.').waitFor();
  await ada.until('its button is ready', async () => !(await ada.at('vote-end').getAttribute('aria-disabled')));
  await ada.at('vote-end').click();
  for (const tab of tabs) await tab.at('talk').waitFor();
  assert.match(await ada.at('talk').textContent(), /2 votes/);
  // Ended too early: another goes on with it, and no vote is lost.
  await undo(cleo, 'Ada ended the vote', tap);
  for (const tab of tabs) await tab.page.getByText('2 people have voted.').waitFor();
  await ada.until('its button is ready', async () => !(await ada.at('vote-end').getAttribute('aria-disabled')));
  await ada.at('vote-end').click();
  for (const tab of tabs) await tab.at('talk').waitFor();
  assert.match(await ada.at('talk').textContent(), /2 votes/);

  // More time, and what is for later.
  const left = async (tab) => Number(await tab.at('bar').getAttribute('data-left'));
  const before = await left(ben);
  await cleo.at('timer-more').tap();
  for (const tab of tabs) await tab.until('there is more time', async () => (await left(tab)) > before + 60);
  await undo(ben, 'Cleo set the time to');
  for (const tab of tabs) await tab.until('it is as it was', async () => (await left(tab)) <= before);
  await cleo.at('talk-later').tap();
  await undo(ben, `Cleo kept “${HIDDEN[1]}” for later`);
  await ada.until('it is not for later', async () => (await ada.state()).backlog.length === 0);
});
