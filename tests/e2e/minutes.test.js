// The notes of a meeting: who was there, what each said, what was promised, who led; copied and saved, during it and after it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { check } from './lib/axe.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** Times as they are not. */
const timeless = (notes) => notes.replace(/\d{1,2}:\d\d(\s[AP]M)?/g, 'TIME').replace(/^.*TIME to TIME$/m, 'WHEN');

scenario('the notes of a meeting are copied and saved, the same in every tab, and nothing written passes for a heading', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  await ada.post('before it began');
  const meeting = await ada.call('meeting.open', { title: 'Stand-up', agenda: [{ title: 'Budget' }, { title: 'Hiring' }] });
  const baton = await ada.call('baton.open', { title: 'Runs it' });
  await ada.call('meeting.role', meeting, baton);
  await ada.call('baton.take', baton);
  const done = await ada.call('round.open', { question: 'Done', ask: { words: true }, meeting });
  await ben.until('the round is there', async () => (await ben.state()).rounds.some((it) => it.cid === done));
  await ada.call('round.answer', done, { text: 'The crane\n# is painted' });
  // Who answers after somebody has seen that.
  await converged([ada, ben]);
  await ben.call('round.answer', done, { text: 'Nothing\n\n- [x] yet' });
  await ben.call('promise.make', { text: 'Bring the *long* brushes', due: '2026-12-01' });
  const claim = await ben.post('It carries forty tonnes');
  await ada.has(claim);
  await ada.call('feedback', { target: claim, stance: 'correct', text: 'Twenty' });
  const [{ items }] = (await ada.state()).meetings;
  await ada.call('meeting.doneItem', items[0].cid, 'in April');
  await converged([ada, ben]);
  assert.match(await ben.call('minutes', {}), /since/, 'it goes on');
  // What was said so far can be copied while it goes on.
  await ada.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => ada.page.evaluate(() => navigator.clipboard.readText());
  await ada.view('view-minutes');
  await ada.at('past-meeting', { 'data-cid': meeting }).getByTestId('copy-notes').click();
  const during = await ada.call('minutes', {});
  await ada.until('they are copied', async () => (await copied()) === during);
  for (const said of ['# Stand-up', '- **Ada**: The crane', '- **Ben**: Bring the *long* brushes (by 2026-12-01)', '- [x] Budget: in April']) {
    assert.ok(during.includes(said), `${said} in ${during}`);
  }

  await ben.call('meeting.close', meeting, 'See you tomorrow');
  await converged([ada, ben]);
  await ben.post('after it ended');
  await converged([ada, ben]);
  for (const tab of [ada, ben]) {
    await tab.view('view-minutes');
    await tab.at('past-meeting', { 'data-cid': meeting }).waitFor();
  }
  const shown = timeless(await ada.call('minutes', { meeting }));
  assert.equal(
    shown,
    `# Stand-up

WHEN

## Who was there

- **Ada**
- **Ben**

## Done

- **Ada**: The crane  
  \\# is painted
- **Ben**: Nothing  
  \\- \\[x\\] yet

## Agenda

- [x] Budget: in April
- [ ] Hiring

## Promises

- **Ben**: Bring the *long* brushes (by 2026-12-01)

## Roles

- Runs it
  - **Ada** TIME to TIME

## Corrected

- Ada corrects: Twenty
  - Ben had written: It carries forty tonnes

## Talk later

- Hiring

See you tomorrow
`,
  );
  assert.equal(timeless(await ben.call('minutes')), shown, 'the same notes in every tab');
  await ada.at('past-meeting').getByTestId('copy-notes').click();
  await ada.until('they are copied', async () => timeless(await copied()) === shown);
  const downloading = ben.page.waitForEvent('download');
  await ben.at('past-meeting').getByTestId('export-markdown').click();
  const file = await downloading;
  assert.equal(file.suggestedFilename(), 'Stand-up.md');
  assert.equal(timeless(await readFile(await file.path(), 'utf8')), shown);
});

/** What a page with open notes is on paper: what is seen beside them, what of them is cut off, and its colours. */
const onPaper = (tab) =>
  tab.page.evaluate(() => {
    const notes = document.querySelector('.notes-read');
    const all = [...document.body.querySelectorAll('*')];
    const takesRoom = (it) => it.checkVisibility() && it.getBoundingClientRect().width * it.getBoundingClientRect().height > 0;
    const beside = all.filter((it) => !notes.contains(it) && !it.contains(notes) && takesRoom(it));
    const holds = all.filter((it) => notes.contains(it) || it.contains(notes));
    const isCut = (it) => getComputedStyle(it).overflowY !== 'visible' && it.scrollHeight > it.clientHeight + 1;
    return {
      beside: beside.map((it) => it.dataset.testid ?? it.className),
      cut: holds.filter(isCut).map((it) => it.className),
      ends: notes.getBoundingClientRect().bottom + scrollY <= document.documentElement.scrollHeight + 1,
      wide: document.documentElement.scrollWidth <= innerWidth,
      colours: [getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(notes).color],
      says: notes.innerText,
    };
  });

scenario('notes are read where they stand, and a page that is printed with them open is these alone: whole, black on white', async (world) => {
  const context = await world.browser({ colorScheme: 'dark', hasTouch: true });
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben'], { context });
  await ben.page.setViewportSize({ width: 390, height: 844 });
  const meeting = await ada.call('meeting.open', { title: 'Stand-up' });
  const done = await ada.call('round.open', { question: 'Done', ask: { words: true }, meeting });
  await ada.call('round.answer', done, { text: 'All of the plan: https://example.org/plan' });
  await ada.post('This is said in the talk alone');
  await ada.page.evaluate(async () => {
    for (let i = 1; i <= 100; i += 1) await window.paceline.promise.make({ text: `Paint beam ${i}` });
  });
  await ada.call('meeting.close', meeting, 'See you tomorrow');
  await converged([ada, ben]);
  for (const [tab, press] of [[ada, (it) => it.click()], [ben, (it) => it.tap()]]) {
    await tab.view('view-minutes', press);
    const past = tab.at('past-meeting', { 'data-cid': meeting });
    const notes = past.getByTestId('notes-read');
    assert.equal(await notes.count(), 0, 'they are shown to who wants to read them');
    await press(past.getByTestId('read-notes'));
    await notes.filter({ hasText: 'All of the plan' }).waitFor({ timeout: PATIENCE });
    await check(tab, `notes that are read, ${tab.name}`);
    await world.picture('notes read', tab);
    assert.equal(await notes.getByTestId('more').count(), 1, 'of many the first are drawn');

    await tab.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await tab.until('all of them are drawn', async () => (await notes.getByTestId('more').count()) === 0);
    const { says, ...paper } = await onPaper(tab);
    assert.deepEqual(paper, { beside: [], cut: [], ends: true, wide: true, colours: ['rgb(255, 255, 255)', 'rgb(0, 0, 0)'] });
    for (const said of ['Stand-up', 'All of the plan', 'Paint beam 1', 'Paint beam 100', 'See you tomorrow']) {
      assert.ok(says.includes(said), `${said} in ${says}`);
    }
    assert.ok(!says.includes('in the talk alone'));
    assert.ok(says.includes('https://example.org/plan'), 'where a link leads is told');
    await world.picture('notes on paper', tab);
    const pdf = (await tab.page.pdf({ format: 'A4' })).toString('latin1');
    assert.ok(pdf.match(/\/Type\s*\/Page\b/g).length >= 2, 'a hundred lines are more than a page');
    await tab.page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
    await tab.until('the screen is as it was', async () => (await notes.getByTestId('more').count()) === 1);
    // Closed, they are on no paper.
    await press(past.getByTestId('read-notes'));
    await tab.view('tab-talk', press);
    await tab.page.emulateMedia({ media: 'print' });
    await tab.until('the talk is printed', async () => tab.page.locator('.post-text', { hasText: 'in the talk alone' }).first().isVisible());
    assert.equal(await past.isVisible(), false);
    await tab.page.emulateMedia({ media: 'screen' });
  }
});
