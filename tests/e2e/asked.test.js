// What is asked of everybody in a meeting: one of several, votes, in words; open, or hidden until all is shown.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { ask, crew, round, tap, undo } from './lib/crew.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

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
  await undo(cleo, 'Ben ended the vote', tap);
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

  // Who has nothing to say says so, and may answer after all.
  await ask(ada, { question: 'Tea?', kind: 'choice', options: ['Yes', 'No'] });
  await round(cleo, 'Tea?').getByTestId('round-pass').tap({ timeout: PATIENCE });
  await round(ada, 'Tea?').getByText('Nobody has answered yet. 1 passed.').waitFor({ timeout: PATIENCE });
  await answers(cleo, 'Tea?').filter({ hasText: 'No' }).tap();
  await round(ada, 'Tea?').getByText('1 person has answered.', { exact: true }).waitFor({ timeout: PATIENCE });
  assert.equal(await round(cleo, 'Tea?').getByTestId('round-pass').count(), 0, 'who has answered does not pass');

  // Asked by mistake: another takes it back, until somebody has answered.
  await ask(ada, { question: 'Oops?', kind: 'choice', options: ['Yes', 'No'] });
  await undo(cleo, 'Ada asked: Oops?', tap);
  for (const tab of tabs) await round(tab, 'Oops?').waitFor({ state: 'detached' });
  await ask(ada, { question: 'Really?', kind: 'choice', options: ['Yes', 'No'] });
  await answers(ben, 'Really?').filter({ hasText: 'Yes' }).click({ timeout: PATIENCE });
  await ada.until('it is answered', async () => (await round(ada, 'Really?').getAttribute('data-answered')) === '1');
  assert.equal(await ada.at('undo').count(), 0, 'what was answered is not taken back');
  await ada.at('meeting-close').click();
  await ada.at('copy-notes').first().click();
  const notes = await ada.until('the notes are copied', async () => {
    const notes = await ada.page.evaluate(() => navigator.clipboard.readText());
    return notes.includes('Really?') && notes;
  });
  assert.ok(!notes.includes('Oops?'), 'what was not meant is in no notes');
});

scenario('a number between ends that lie far apart is chosen on a slider, by keys and by touch, and the own answer is told', async (world) => {
  const { ada, cleo, tabs } = await crew(world, 'stand-up');
  await ada.at('meeting-start').click();
  await ada.at('meeting-form').selectOption('stand-up');
  await ada.at('lobby-start').click();
  for (const tab of tabs) await tab.at('round-open').waitFor({ timeout: PATIENCE });
  const [{ cid: meeting }] = (await ada.state()).meetings;
  const scale = { min: -100, max: 100, low: 'not at all', high: 'sure' };
  await ada.call('round.open', { question: 'Do we make it?', ask: { scale }, meeting });
  for (const tab of tabs) {
    await round(tab, 'Do we make it?').waitFor({ timeout: PATIENCE });
    assert.equal(await answers(tab, 'Do we make it?').count(), 1, 'one slider, and no two hundred buttons');
    await round(tab, 'Do we make it?').getByText('-100 · not at all').waitFor();
  }
  const slider = answers(ada, 'Do we make it?');
  assert.deepEqual(
    await Promise.all(['type', 'min', 'max'].map((it) => slider.getAttribute(it))),
    ['range', '-100', '100'],
  );
  assert.equal(await slider.inputValue(), '0');
  await slider.focus();
  await ada.page.keyboard.press('End');
  await ada.page.keyboard.press('ArrowLeft');
  assert.equal(await slider.inputValue(), '99');
  await ada.page.keyboard.press('Tab');
  await round(ada, 'Do we make it?').getByTestId('round-answer-submit').click();
  await round(ada, 'Do we make it?').getByTestId('round-own').filter({ hasText: 'You answered 99.' }).waitFor();
  // On a phone: a tap on the line, then single steps.
  const line = await answers(cleo, 'Do we make it?').boundingBox();
  assert.ok(line.height >= 44, 'a finger hits it');
  await answers(cleo, 'Do we make it?').tap({ position: { x: line.width * 0.25, y: line.height / 2 } });
  const tapped = Number(await answers(cleo, 'Do we make it?').inputValue());
  assert.ok(tapped < -20 && tapped > -80, `about half way to the lower end: ${tapped}`);
  await round(cleo, 'Do we make it?').getByRole('button', { name: 'One less' }).tap();
  await cleo.until('one less', async () => Number(await answers(cleo, 'Do we make it?').inputValue()) === tapped - 1);
  await round(cleo, 'Do we make it?').getByTestId('round-answer-submit').tap();
  await round(cleo, 'Do we make it?').getByTestId('round-own').filter({ hasText: `You answered ${tapped - 1}.` }).waitFor();
  await check(ada, 'a slider, wide');
  await check(cleo, 'a slider, phone');
  await world.picture('slider phone', cleo);
  await ada.until('both have answered', async () => (await round(ada, 'Do we make it?').getAttribute('data-answered')) === '2');
  await converged(tabs);
  const { totals } = (await ada.state()).rounds.find((it) => it.question === 'Do we make it?');
  assert.deepEqual(totals, { 99: 1, [tapped - 1]: 1 });
  // Few numbers have a button each.
  await ada.call('round.open', { question: 'Fist of five', ask: { scale: { min: 0, max: 10, low: '', high: '' } }, meeting });
  await round(cleo, 'Fist of five').waitFor({ timeout: PATIENCE });
  assert.equal(await answers(cleo, 'Fist of five').count(), 11);
});
