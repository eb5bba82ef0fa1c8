// Meetings and persons by script, before they have a screen: what one tab says all tabs show, also after they were apart.
import assert from 'node:assert/strict';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const refusal = async (tab, path, ...args) => {
  const error = await tab.call(path, ...args).then(
    () => null,
    (error) => error,
  );
  return error?.code ?? null;
};
const only = (tab, what, holds) =>
  tab.until(`its meeting ${what}`, async () => {
    const [meeting] = (await tab.state()).meetings;
    return meeting && holds(meeting) && meeting;
  });

scenario('a meeting with an agenda goes on in all tabs, and what it leaves is for later', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const agenda = [{ title: 'Budget', minutes: 10 }, { title: 'Hiring', kind: 'decision' }];
  const cid = await ada.call('meeting.open', { form: 'stand-up', prompts: ['Done', 'Next'], agenda });
  const shown = await only(ben, 'has both items', (it) => it.items.length === 2);
  const [budget, hiring] = shown.items;
  assert.deepEqual([shown.cid, shown.title, shown.form, shown.state], [cid, 'stand-up', 'stand-up', 'open']);
  assert.deepEqual([budget.title, budget.minutes, budget.state, hiring.title], ['Budget', 10, 'planned', 'Hiring']);
  await ben.call('meeting.changeItem', hiring.cid, { before: budget.cid, title: 'Hiring in spring' });
  await ben.call('meeting.at', hiring.cid);
  await ben.call('meeting.timer', { seconds: 90, about: hiring.cid });
  // Coming to an item sets a timer, too (0 for an item that has no minutes): both steps are waited for.
  const moved = await only(ada, 'has come to the first item', (it) => it.at === hiring.cid && it.timer?.seconds > 0);
  assert.deepEqual(moved.items.map((it) => it.title), ['Hiring in spring', 'Budget']);
  assert.deepEqual([moved.timer.seconds, moved.timer.about], [90, hiring.cid]);
  await ada.call('meeting.doneItem', hiring.cid, 'in April');
  const later = await ada.call('meeting.addItem', { title: 'Someday', meeting: null });
  assert.equal(await refusal(ada, 'meeting.timer', { seconds: 90_000 }), 'too-long');
  assert.equal(await refusal(ada, 'meeting.open', {}), 'empty-text');
  await ada.call('meeting.close', cid, 'see you');
  const over = await only(ben, 'is over', (it) => it.state === 'closed');
  assert.deepEqual(over.items.map((it) => [it.state, it.outcome]), [['done', 'in April'], ['backlog', null]]);
  const { backlog } = await ben.state();
  assert.deepEqual(backlog.map((it) => it.cid), [later, budget.cid]);
  assert.equal(await refusal(ben, 'meeting.at', budget.cid), 'not-found');
  assert.equal(await refusal(ben, 'meeting.close', cid), 'not-found');
});

scenario('an end that was said apart from two who went on ends nothing until it is said again', async (world) => {
  const {
    tabs: [ada, ben, cara],
  } = await world.room(['Ada', 'Ben', 'Cara']);
  const cid = await ada.call('meeting.open', { title: 'Retro' });
  for (const tab of [ben, cara]) await only(tab, 'is open', (it) => it.cid === cid);
  await ada.call('offline');
  await ada.call('meeting.close', cid);
  await only(ada, 'is over there', (it) => it.state === 'closed');
  await ben.call('meeting.timer', { seconds: 60 });
  await cara.call('meeting.timer', { seconds: 120 });
  await ada.call('online');
  await converged([ada, ben, cara]);
  for (const tab of [ada, ben, cara]) await only(tab, 'goes on', (it) => it.state === 'open');
  await ada.call('meeting.close', cid);
  for (const tab of [ada, ben, cara]) await only(tab, 'is over', (it) => it.state === 'closed');
});

scenario('two tabs that both say so are one person, and each may keep what the other promised', async (world) => {
  const {
    tabs: [ada, ben, cara],
  } = await world.room(['Ada', 'Ada on the phone', 'Cara']);
  const [home, phone] = [await ada.node(), await ben.node()];
  const promise = await ada.call('promise.make', { text: 'the venue' });
  await converged([ada, ben, cara]);
  assert.equal(await refusal(ben, 'promise.keep', promise), 'not-yours');
  await ada.call('person.alsoMe', phone);
  await converged([ada, ben, cara]);
  await ben.call('person.alsoMe', home);
  await converged([ada, ben, cara]);
  const persons = (await cara.state()).persons.filter((it) => it.nodes.includes(home));
  assert.deepEqual(persons.map((it) => it.nodes), [[home, phone]]);
  await ben.call('promise.keep', promise);
  await cara.until('the promise is kept', async () => (await cara.state()).promises[0].state === 'kept');
  await ada.call('person.notMe', phone);
  await converged([ada, ben, cara]);
  assert.equal((await cara.state()).persons.length, 3);
  assert.equal(await refusal(ada, 'person.alsoMe', home), 'not-found');
});
