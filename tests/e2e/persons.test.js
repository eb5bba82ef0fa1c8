// One person in several tabs: joined by one press within a browser, by a yes in both places between browsers, and parted by either.
import assert from 'node:assert/strict';
import { startHost } from './lib/host.js';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const rows = (tab) => tab.at('person');
const rowOf = (tab, node) => tab.at('person', { 'data-node': node });
const counted = (tab, count) => tab.until(`${count} people are shown`, async () => (await rows(tab).count()) === count);
/** The nodes of each person, as a tab has them. */
const persons = async (tab) => (await tab.state()).persons.map((it) => it.nodes);

scenario('two tabs of one browser become one person by one press, and stay it over a reload', async (world) => {
  const { context, link, tabs: [ada] } = await world.room(['Ada']);
  const home = await ada.node();
  const other = await world.tab(context, 'Ada again', link);
  await Promise.all([ada, other].map((tab) => tab.linked(1)));
  const second = await other.node();
  await rowOf(other, home).waitFor();
  await other.at('also-me', { 'data-node': home }).click();
  for (const tab of [ada, other]) {
    await tab.until('both are one person', async () => (await persons(tab)).some((it) => it.length === 2));
    await counted(tab, 1);
    assert.match(await rows(tab).innerText(), /Ada[^]*you[^]*2 tabs/);
  }
  await world.picture('one person, two tabs', other);
  assert.deepEqual(await persons(ada), await persons(other));
  assert.equal(await other.at('name-input').count(), 0, 'nobody is asked who it is any more');
  await other.page.reload();
  await other.inRoom();
  assert.equal(await other.node(), second);
  await counted(other, 1);
  const post = await other.post('from my other tab');
  await ada.has(post);
  assert.equal(await ada.shownPost(post).getByTestId('post-author').innerText(), 'Ada');

  // A third tab, which is not asked again once it is parted.
  await other.view('view-people');
  await other.at('not-me').click();
  for (const tab of [ada, other]) await counted(tab, 2);
  await converged([ada, other]);
  assert.ok((await persons(ada)).every((it) => it.length === 1));
});

scenario('between two browsers both places have to say so', async (world) => {
  const { relay } = await startHost(world);
  world.server.config = { relays: [relay], stun: [] };
  const { link, tabs: [ada] } = await world.room(['Ada']);
  const phone = await world.tab(await world.browser(), 'Ada on the phone', link);
  await Promise.all([ada, phone].map((tab) => tab.linked(1)));
  await phone.call('introduce', { name: 'Ada on the phone' });
  const [home, second] = [await ada.node(), await phone.node()];
  await rowOf(ada, second).waitFor();
  await ada.view('view-people');
  await ada.at('person-card', { 'data-node': second }).getByTestId('also-me').click();
  const asked = phone.at('also-me', { 'data-node': home });
  await asked.waitFor();
  assert.ok((await persons(phone)).every((it) => it.length === 1), 'a word alone joins nobody');
  await asked.click();
  for (const tab of [ada, phone]) await counted(tab, 1);
  assert.deepEqual((await persons(ada)).at(-1), [home, second]);
});

scenario('hands stand in one order, and what time is left is the same in every tab, also for who comes late', async (world) => {
  const { context, link, tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  const [one, two, three] = await Promise.all(tabs.map((tab) => tab.node()));
  const hands = (tab, order) =>
    tab.until('hands are up in order', async () => JSON.stringify((await tab.local()).hands) === JSON.stringify(order));
  await cleo.call('meeting.hand', true);
  for (const tab of tabs) await hands(tab, [three]);
  await ada.call('meeting.hand', true);
  for (const tab of tabs) await hands(tab, [three, one]);
  await ben.call('meeting.hand', true);
  await cleo.call('meeting.hand', false);
  for (const tab of tabs) await hands(tab, [one, two]);

  await ada.call('meeting.open', { title: 'Retro' });
  await converged(tabs);
  const set = await ben.call('meeting.timer', { seconds: 600 });
  const runs = (tab) =>
    tab.until('the time runs', async () => {
      const { timer } = await tab.local();
      return timer?.set === set && timer;
    });
  for (const tab of tabs) assert.equal((await runs(tab)).seconds, 600);
  const late = await world.tab(context, 'Dora', link);
  await runs(late);
  const all = await Promise.all([...tabs, late].map(async (tab) => (await tab.local()).timer.left));
  assert.ok(Math.max(...all) - Math.min(...all) <= 1, all.join());
  await ben.call('meeting.timer', { seconds: 0 });
  for (const tab of [...tabs, late]) await tab.until('no time runs', async () => (await tab.local()).timer === null);

  const round = await ada.post('stands for a round here');
  await cleo.call('round.wait', round);
  for (const tab of tabs) {
    await tab.until('somebody asks to wait', async () => (await tab.local()).waits.some((it) => it.round === round && it.node === three));
  }
});
