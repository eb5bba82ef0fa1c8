// What is asked of everybody in a meeting: one of several, votes, in words; open, or hidden until all is shown.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { crew } from './lib/crew.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

async function ask(tab, { question, kind, options, hidden }, press = (it) => it.click()) {
  await press(tab.at('round-open'));
  await tab.at('round-question').fill(question);
  await tab.at('round-ask').selectOption(kind);
  if (options) await tab.at('round-options').fill(options.join('\n'));
  if (hidden) await press(tab.at('round-sealed'));
  await press(tab.at('round-submit'));
}
const round = (tab, question) => tab.at('round').filter({ hasText: question });
const answers = (tab, question) => round(tab, question).getByTestId('round-answer');

scenario('in a meeting anybody asks everybody to choose, to vote, or for words, and nobody sees early what is hidden', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'stand-up');
  await ada.at('meeting-start').click();
  await ada.at('meeting-form').selectOption('stand-up');
  await ada.at('lobby-start').click();
  for (const tab of tabs) await tab.at('round-open').waitFor({ timeout: PATIENCE });

  await ask(cleo, { question: 'Ship today?', kind: 'choice', options: ['Yes', 'No', 'Later'], hidden: true }, (it) => it.tap());
  for (const tab of tabs) await round(tab, 'Ship today?').waitFor({ timeout: PATIENCE });
  await answers(ada, 'Ship today?').filter({ hasText: 'Yes' }).click();
  await answers(ben, 'Ship today?').filter({ hasText: 'No' }).click();
  await answers(cleo, 'Ship today?').filter({ hasText: 'Later' }).tap();
  // Changed before all is shown: the last counts.
  await answers(ben, 'Ship today?').filter({ hasText: 'Yes' }).click();
  for (const tab of tabs) {
    await tab.until('three have answered', async () => (await round(tab, 'Ship today?').getAttribute('data-answered')) === '3');
  }
  await answers(ben, 'Ship today?').filter({ hasText: 'Yes' }).and(ben.page.locator('[aria-pressed="true"]')).waitFor();
  await converged(tabs);
  for (const tab of tabs) {
    const { answers: seen, totals } = (await tab.state()).rounds.find((it) => it.question === 'Ship today?');
    assert.deepEqual([seen, totals], [[], null], 'nothing is told before all is shown');
  }
  await check(ada, 'asked, wide');
  await check(cleo, 'asked, phone');
  await world.picture('asked wide', ada);
  await world.picture('asked phone', cleo);
  await round(ada, 'Ship today?').getByTestId('round-reveal').click();
  for (const tab of tabs) {
    // Each answer is opened when its author, or two others, have opened it: until then it is said whose are not here.
    const totals = () => round(tab, 'Ship today?').locator('.total').allTextContents();
    await tab.until('the whole result is here', async () => (await totals()).join() === 'Yes2,No0,Later1', 30_000);
    await tab.until('nobody is waited for', async () => !(await round(tab, 'Ship today?').getByTestId('round-closed').count()));
  }

  await ask(ben, { question: 'Where do we eat?', kind: 'dots', options: ['Apples', 'Pears'] });
  await round(cleo, 'Where do we eat?').waitFor({ timeout: PATIENCE });
  const pears = round(cleo, 'Where do we eat?').locator('.note').filter({ hasText: 'Pears' });
  // Two taps in a row are two votes, however long each takes.
  await pears.getByTestId('dot-add').tap();
  await pears.getByTestId('dot-add').tap();
  await round(cleo, 'Where do we eat?').getByTestId('dots-left').and(cleo.page.locator('[data-left="1"]')).waitFor();
  await ada.until('the votes are here', async () => (await round(ada, 'Where do we eat?').getAttribute('data-answered')) === '1');
  await converged(tabs);
  await round(ben, 'Where do we eat?').getByTestId('round-reveal').click();
  await round(cleo, 'Where do we eat?').locator('.undo').filter({ hasText: 'Ben ended the vote' }).waitFor({ timeout: PATIENCE });
  assert.equal(await cleo.at('undo').count(), 0, 'only who ended it can take that back');
  await round(ben, 'Where do we eat?').getByTestId('undo').click();
  for (const tab of tabs) await round(tab, 'Where do we eat?').and(tab.at('round', { 'data-state': 'open' })).waitFor({ timeout: PATIENCE });
  await round(ben, 'Where do we eat?').getByTestId('round-reveal').click();
  for (const tab of tabs) {
    const total = round(tab, 'Where do we eat?').locator('.total').filter({ hasText: 'Pears' });
    await tab.until('the votes are counted', async () => (await total.count()) && /2$/.test(await total.textContent()));
  }
  await ask(ada, { question: 'What is missing?', kind: 'words' });
  await round(ben, 'What is missing?').getByTestId('round-answer').fill('A second key');
  await round(ben, 'What is missing?').getByTestId('round-answer-submit').click();
  await round(cleo, 'What is missing?').getByTestId('round-result').filter({ hasText: 'A second key' }).waitFor();
  await world.picture('asked result', ada);
});
