// The notes of a meeting: who was there, what each said, what was promised, who led; copied and saved, during it and after it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { converged } from './lib/tab.js';
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
