// Who lacks the file of a form sees its meeting as the others do.
import assert from 'node:assert/strict';
import { PATIENCE, converged } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';

scenario('who lacks the file of a form sees the same questions, times, votes and agenda, and moves its meeting on as the others do', async (world) => {
  const form = {
    name: 'ours',
    title: 'Ours',
    meeting: {
      role: 'Runs ours',
      prompts: ['Kept', 'Lost'],
      every_days: 7,
      agenda: [{ title: 'Budget', minutes: 10, kind: 'decision' }, { title: 'Anything else' }],
      notes: { question: 'What of the week?', write_seconds: 900, dots: 5, vote_seconds: 800, talk_seconds: 700 },
    },
  };
  world.server.files = { 'forms/ours.json': JSON.stringify(form) };
  world.server.config = { relays: [], stun: [], forms: ['forms/ours.json'] };
  const context = await world.browser();
  const ada = await world.tab(context, 'Ada');
  await ada.until('the form is here', async () => (await ada.at('found-form').locator('option[value="ours"]').count()) === 1);
  const link = await ada.found({ title: 'Weekly', form: 'ours' });
  // From now on the host has no such file.
  world.server.files = {};
  world.server.config = { relays: [], stun: [] };
  const ben = await world.tab(context, 'Ben', link);
  const tabs = [ada, ben];
  for (const tab of tabs) await tab.call('introduce', { name: tab.name });
  await converged(tabs);

  await ben.at('tab-meeting').click();
  const offered = await ben.at('meeting-form').locator('option').evaluateAll((all) => all.map((it) => it.value));
  assert.ok(offered.includes('retro') && !offered.includes('ours'), `Ben has ${offered}`);
  await ada.at('tab-meeting').click();
  await ada.at('meeting-form').selectOption('ours');
  await ada.at('lobby-start').click();
  for (const tab of tabs) {
    await tab.at('round', { 'data-state': 'open' }).filter({ hasText: 'What of the week?' }).waitFor({ timeout: PATIENCE });
    const items = (await tab.state()).meetings.at(-1).items.map((it) => [it.title, it.minutes]);
    assert.deepEqual(items, [['Budget', 10], ['Anything else', null]], `the agenda of ${tab.name}`);
    await tab.at('agenda-open').waitFor({ timeout: PATIENCE });
    assert.deepEqual(await tab.page.locator('[data-testid="agenda-item"] .agenda-name').allTextContents(), ['Budget', 'Anything else']);
    assert.deepEqual(await tab.at('note-sort').allInnerTexts(), ['Kept', 'Lost'], `the sorts of ${tab.name}`);
  }
  /** All have this much time, or a little less, and more than is usual. */
  const haveTime = async (what, usual, most) => {
    for (const tab of tabs) {
      await tab.until(what, async () => {
        const left = Number(await tab.at('bar').getAttribute('data-left'));
        return left > usual && left <= most;
      });
    }
  };
  await haveTime('to write', 300, 900);
  for (const tab of tabs) {
    await tab.at('round-answer').fill(`${tab.name} saw it`);
    await tab.at('round-answer-submit').click();
    await tab.at('note-own').filter({ hasText: `${tab.name} saw it` }).waitFor();
  }
  for (const tab of tabs) await tab.at('round-done').click();
  await ada.at('round-reveal').click();
  for (const tab of tabs) {
    for (const { name } of tabs) await tab.at('note').filter({ hasText: `${name} saw it` }).waitFor({ timeout: PATIENCE });
  }

  // It is Ben, whose page knows no such form, who moves all on.
  const press = async (handle) => {
    await ben.at(handle).and(ben.page.locator(':not([aria-disabled])')).waitFor();
    await ben.at(handle).click();
  };
  await press('vote-start');
  for (const tab of tabs) await tab.at('dots-left', { 'data-left': '5' }).waitFor({ timeout: PATIENCE });
  await haveTime('to vote', 180, 800);
  await press('vote-end');
  for (const tab of tabs) await tab.at('talk').waitFor({ timeout: PATIENCE });
  await haveTime('to talk', 300, 700);
  const inDays = (days) =>
    ben.page.evaluate((days) => {
      const day = new Date();
      day.setDate(day.getDate() + days);
      return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((it) => String(it).padStart(2, '0')).join('-');
    }, days);
  const before = await inDays(7);
  await ben.at('do-this').click();
  await ada.until('it is promised', async () => (await ada.state()).promises.length === 1);
  const [{ due }] = (await ada.state()).promises;
  assert.ok([before, await inDays(7)].includes(due), `${due} is when the next one is held`);
});
