// A whole retro by hand: everybody writes for itself, all is shown at once, notes are put together and voted on without dragging, talked
// about one after the other, and the next one opens with what was promised.
import assert from 'node:assert/strict';
import { check } from '../e2e/lib/axe.js';
import { crew, frame, tap, undo } from '../e2e/lib/crew.js';
import { HIDDEN, note, group } from '../e2e/lib/retro.js';
import { PATIENCE, converged } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';

/** Everything of a tab that a person or a script could look at. */
const seen = async (tab) => (await tab.page.content()) + JSON.stringify(await tab.state());

const about = (tab) => tab.at('talk').getAttribute('data-about');

scenario('a retro: hidden notes, shown at once, put together, voted on by tap, and what is promised opens the next', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'retro');
  await ada.at('meeting-start').click();
  await ada.at('meeting-form').selectOption('retro');
  await check(ada, 'retro, lobby');
  await ada.at('lobby-start').click();
  for (const tab of tabs) await tab.at('round', { 'data-state': 'open' }).waitFor({ timeout: PATIENCE });

  await note(ada, 'Good', HIDDEN[0]);
  await note(ben, 'Bad', HIDDEN[1]);
  await note(ben, 'Idea', HIDDEN[2]);
  await note(cleo, 'Bad', HIDDEN[3], tap);
  await ada.until('three have written', async () => (await ada.at('round').getAttribute('data-answered')) === '3');
  await converged(tabs);
  // What the others wrote cannot be read before all is shown.
  for (const [tab, own] of [[ada, [0]], [ben, [1, 2]], [cleo, [3]]]) {
    const page = await seen(tab);
    for (const [at, text] of HIDDEN.entries()) assert.equal(page.includes(text), own.includes(at), `${tab.name}: ${text}`);
  }
  for (const tab of [ada, cleo]) {
    await check(tab, `retro, write, ${tab.name}`);
    await world.picture(`retro write ${tab.name}`, tab);
  }
  assert.ok((await frame(cleo)) <= 0.25, `${await frame(cleo)} of a phone is frame`);
  for (const tab of tabs) await tab.at('round-done').click();
  // Somebody is still writing when all is shown.
  await ben.at('round-answer').fill('half a thou');
  await ada.at('round-reveal').click();
  await cleo.at('round-wait').tap();
  await ada.at('waits-asked').filter({ hasText: 'Cleo' }).waitFor();
  for (const tab of tabs) await tab.until('nothing counts down', async () => (await tab.at('countdown').count()) === 0);
  assert.equal(await ben.at('round').getAttribute('data-state'), 'open', 'it waits');
  await ada.until('nobody asks to wait any more', async () => (await ada.at('waits-asked').count()) === 0, 30_000);
  await ada.at('round-reveal').click();
  await cleo.at('countdown').waitFor();
  for (const tab of tabs) {
    for (const text of HIDDEN) await group(tab, text).waitFor({ timeout: PATIENCE });
  }
  assert.equal(await ben.at('round-answer').inputValue(), 'half a thou', 'what is half typed stays');
  await group(ada, 'Good: ' + HIDDEN[0]).waitFor();

  // On a phone, without dragging: two notes are one, and three votes.
  await group(cleo, HIDDEN[3]).getByTestId('note-same').tap();
  const select = group(cleo, HIDDEN[3]).getByTestId('theme-place');
  const options = await select.locator('option').allTextContents();
  await select.selectOption({ index: options.findIndex((it) => it.includes(HIDDEN[1])) });
  for (const tab of tabs) await tab.until('they are one', async () => (await tab.at('note').count()) === 3);
  await ada.at('vote-start').click();
  for (const tab of tabs) await tab.at('dots-left', { 'data-left': '3' }).waitFor();
  await group(cleo, HIDDEN[1]).getByTestId('dot-add').tap();
  await group(cleo, HIDDEN[1]).getByTestId('dot-add').tap();
  await group(cleo, HIDDEN[2]).getByTestId('dot-add').tap();
  await cleo.at('dots-left', { 'data-left': '0' }).waitFor();
  await group(ben, HIDDEN[2]).getByTestId('dot-add').click();
  await group(ben, HIDDEN[1]).getByTestId('dot-add').click();
  await group(ben, HIDDEN[1]).getByTestId('dot-remove').click();
  await ben.at('dots-left', { 'data-left': '2' }).waitFor();
  for (const tab of [ada, cleo]) {
    await check(tab, `retro, vote, ${tab.name}`);
    await world.picture(`retro vote ${tab.name}`, tab);
  }
  await converged(tabs);
  const votes = (await ada.state()).rounds.find((it) => it.totals);
  await ada.until('all votes are here', async () => (await ada.state()).rounds.find((it) => it.totals).answered.length === 2);
  assert.ok(votes);
  await ada.at('vote-end').click();
  for (const tab of tabs) await tab.at('talk').waitFor();
  // Who ended the vote can take that back, as anybody can.
  await ben.page.locator('.undo').filter({ hasText: 'Ada ended the vote' }).getByTestId('undo').waitFor();
  await undo(ada, 'You ended the vote');
  for (const tab of tabs) await tab.at('dots-left').waitFor();
  await cleo.at('dots-left', { 'data-left': '0' }).waitFor();
  for (const tab of tabs) await tab.until('its time runs on', async () => Number(await tab.at('bar').getAttribute('data-left')) > 0);
  await ada.at('vote-end').click();
  for (const tab of tabs) await tab.at('talk').waitFor();
  const first = await about(ada);
  for (const tab of tabs) assert.equal(await about(tab), first, 'the same note everywhere');
  assert.match(await ada.at('talk').textContent(), /2 votes/);
  await ada.at('do-this').click();
  await cleo.at('note-does').filter({ hasText: 'Ada' }).waitFor();
  await ben.at('hand').click();
  await cleo.at('hands').filter({ hasText: 'Ben' }).waitFor();
  await cleo.at('talk-later').tap();
  for (const tab of [ada, cleo]) {
    await check(tab, `retro, discuss, ${tab.name}`);
    await world.picture(`retro discuss ${tab.name}`, tab);
  }
  const next = await ada.at('talk').getAttribute('data-next');
  // Two press at once, neither has seen the other's press: it goes on by one.
  for (const tab of [ada, cleo]) await tab.call('offline');
  await ada.at('note-next').click();
  await cleo.at('note-next').tap();
  for (const tab of [ada, cleo]) await tab.until('it went on there', async () => (await about(tab)) === next);
  for (const tab of [ada, cleo]) await tab.call('online');
  await converged(tabs);
  for (const tab of tabs) await tab.until('it went on by one', async () => (await about(tab)) === next);
  await undo(ben, 'went on to this note');
  for (const tab of tabs) await tab.until('it is back', async () => (await about(tab)) === first);
  for (let left = 2; left > 0; left -= 1) {
    const now = await about(ada);
    await ada.until('its button is ready', async () => !(await ada.at('note-next').getAttribute('aria-disabled')));
    await ada.at('note-next').click();
    for (const tab of tabs) await tab.until('it went on', async () => (await about(tab)) !== now);
  }
  assert.equal(await ada.at('meeting-close').getAttribute('data-primary'), 'true', 'nothing is left but to end it');
  await ada.at('meeting-close').click();
  for (const tab of tabs) await tab.at('meeting', { 'data-state': 'closed' }).waitFor();
  await ben.at('copy-notes').first().click();
  await ben.until('the notes are copied', async () => {
    const notes = await ben.page.evaluate(() => navigator.clipboard.readText());
    return [...HIDDEN.slice(0, 3), '## Promises', 'Runs the retro'].every((it) => notes.includes(it));
  });
  for (const tab of [ben, cleo]) await check(tab, `retro, over, ${tab.name}`);
  await world.picture('retro over', ben);

  // What was led in the meeting ended with it.
  assert.equal(await ada.at('baton').count(), 0);

  // The next one opens with what was promised, and only who promised says what became of it.
  const suggested = await ben.at('suggestion').getAttribute('data-node');
  const other = suggested === (await ben.node()) ? ben : cleo;
  assert.equal(suggested, await other.node());
  // Who would rather not says so, and somebody else says yes.
  await other.at('run-next-no').click();
  await ben.at('run-next-yes').click();
  for (const tab of tabs) await tab.at('suggestion', { 'data-said': 'true', 'data-node': await ben.node() }).waitFor();
  await ben.at('meeting-again').click();
  await ben.at('meeting-form').selectOption('retro');
  await ben.at('expected', { 'data-node': await ben.node() }).waitFor();
  await ben.at('lobby-start').click();
  const promise = (tab) => tab.page.locator('.last-time [data-testid="promise"]').filter({ hasText: HIDDEN[1] });
  for (const tab of tabs) await promise(tab).waitFor({ timeout: PATIENCE });
  assert.equal(await promise(ben).getByTestId('promise-keep').count(), 0);
  await check(ada, 'retro, next');
  await world.picture('retro next', ada);
  // Who is still on it says so to all: it is due by the next retro, the notes tell it, and it can be undone.
  const [cid, due] = [await promise(ada).getAttribute('data-cid'), await promise(ada).getAttribute('data-due')];
  const goesOn = (tab, is) =>
    tab.until(`it goes on: ${is}`, async () => ((await promise(tab).getAttribute('data-still')) === 'true') === is);
  for (const tab of tabs) await goesOn(tab, false);
  assert.equal(await promise(ben).getByTestId('promise-still').count(), 0, 'nobody says so for another');
  await promise(ada).getByTestId('promise-still').click();
  for (const tab of tabs) {
    await goesOn(tab, true);
    await promise(tab).filter({ hasText: 'Still on it, by' }).waitFor();
    const row = (await tab.state()).promises.find((it) => it.cid === cid);
    assert.deepEqual([row.state, row.renewed.times], ['promised', 1]);
    assert.equal(await promise(tab).getAttribute('data-due'), row.due);
    assert.match(await tab.call('minutes'), new RegExp(`\\(still on it, due ${row.due}\\)`));
  }
  assert.equal(await promise(ada).getByTestId('promise-keep').count(), 0, 'it is answered');
  await check(ada, 'retro, still on it');
  await promise(ada).getByTestId('undo').click();
  for (const tab of tabs) {
    await goesOn(tab, false);
    assert.equal(await promise(tab).getAttribute('data-due'), due);
    assert.doesNotMatch(await tab.call('minutes'), /still on it/);
  }
  await promise(ada).getByTestId('promise-keep').click();
  for (const tab of tabs) {
    await tab.until('it is kept', async () => (await promise(tab).count()) === 0);
    assert.match(await tab.call('minutes'), /## Promises\n\n- \*\*Ada\*\*: [^]*?\(kept\)/, 'and the notes say so');
  }
  // Votes on something else are not those on the notes; nor are the notes that are asked for beside them lost.
  await ben.at('round-open').click();
  await ben.at('round-question').fill('Tea or coffee?');
  await ben.at('round-ask').selectOption('dots');
  await ben.at('round-options').fill('Tea\nCoffee');
  await ben.at('round-submit').click();
  await ben.at('round', { 'data-ask': 'dots' }).waitFor();
  await ben.at('round-open').click();
  await ben.at('round-question').fill('What else?');
  await ben.at('round-ask').selectOption('words');
  await ben.at('round-sealed').click();
  await ben.at('round-submit').click();
  for (const tab of tabs) {
    await tab.at('round', { 'data-ask': 'dots' }).filter({ hasText: 'Tea or coffee?' }).waitFor();
    await tab.at('round', { 'data-ask': 'words' }).filter({ hasText: 'What else?' }).waitFor();
    assert.ok((await tab.page.locator('[data-primary="true"]').count()) <= 1, 'one filled button at most');
  }
  const notes = ada.page.locator('.notes').first();
  await notes.getByTestId('round-answer').fill('one more note');
  await notes.getByTestId('round-answer-submit').click();
  await notes.getByTestId('note-own').waitFor();
  await notes.getByTestId('round-reveal').click();
  for (const tab of tabs) await tab.at('note').filter({ hasText: 'one more note' }).waitFor({ timeout: PATIENCE });
  await ada.at('vote-start').waitFor();
  await check(ada, 'retro, asked beside');
  await world.picture('retro asked beside', ada);
});
