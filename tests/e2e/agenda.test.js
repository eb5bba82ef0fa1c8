// The agenda of a meeting by hand: what is on it, in which order, where all are, how long that still takes, what is for later, and the
// way back from every step.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { crew, frame, undo } from './lib/crew.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const click = (it) => it.click();
const tap = (it) => it.tap();
const item = (tab, title) => tab.at('agenda-item').filter({ hasText: title });
const button = (tab, title, handle) => item(tab, title).getByTestId(handle);
const order = (tab) => tab.page.locator('[data-testid="agenda-item"] .agenda-name').allTextContents();
const states = (tab) => tab.at('agenda-item').evaluateAll((all) => all.map((it) => it.dataset.state));
const left = async (tab) => Number(await tab.at('bar').getAttribute('data-left'));

/** Waits until this holds in all of these tabs. */
const everywhere = (tabs, what, holds) => Promise.all(tabs.map((tab) => tab.until(`${tab.name}: ${what}`, () => holds(tab))));
const ordered = (tabs, ...titles) => everywhere(tabs, titles.join(), async (tab) => (await order(tab)).join() === titles.join());
const stand = (tabs, ...wanted) => everywhere(tabs, wanted.join(), async (tab) => (await states(tab)).join() === wanted.join());

async function add(tab, title, minutes, press = click) {
  if (!(await tab.at('agenda-title').count())) await press(tab.at('agenda-add'));
  await tab.at('agenda-title').fill(title);
  if (minutes) await tab.at('agenda-minutes').fill(String(minutes));
  await press(tab.at('agenda-submit'));
  await item(tab, title).waitFor({ timeout: PATIENCE });
  await tab.until('the next can be written', async () => (await tab.at('agenda-title').inputValue()) === '');
}

/** A press that counts: nothing moves the meeting on within a second of its last step. */
async function pressOnce(it, press = click) {
  await it.and(it.page().locator(':not([aria-disabled])')).waitFor();
  await press(it);
}

async function start(tab, form) {
  await tab.at('tab-meeting').click();
  if (await tab.at('meeting-again').count()) await tab.at('meeting-again').click();
  await tab.at('meeting-form').selectOption(form);
  await tab.at('lobby-start').click();
  await tab.at('meeting', { 'data-state': 'open' }).waitFor({ timeout: PATIENCE });
}

const filled = (tab) => tab.page.locator('[data-primary="true"]:visible').evaluateAll((all) => all.map((it) => it.dataset.testid));

scenario('an agenda is filled, ordered, gone through, and every step of it can be undone by somebody', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  await start(ada, 'blank');
  for (const tab of tabs) await tab.at('agenda-add').waitFor({ timeout: PATIENCE });
  assert.deepEqual(await filled(ada), ['meeting-close'], 'nothing is left to do');

  await add(ada, 'Budget', 10);
  await add(ben, 'Hiring');
  await add(cleo, 'Venue', 5, tap);
  await add(ada, 'Budget again');
  await ordered(tabs, 'Budget', 'Hiring', 'Venue', 'Budget again');
  await undo(ada, 'You put “Budget again” on the agenda');
  await ordered(tabs, 'Budget', 'Hiring', 'Venue');
  assert.deepEqual(await filled(ada), ['agenda-here'], 'the next press of who runs it');
  assert.deepEqual(await filled(ben), []);

  await button(ben, 'Venue', 'agenda-up').click();
  await ordered(tabs, 'Budget', 'Venue', 'Hiring');
  assert.equal(await ben.page.evaluate(() => document.activeElement?.dataset.testid), 'agenda-up', 'the keyboard stays');
  await undo(cleo, 'Ben moved “Venue”', tap);
  await ordered(tabs, 'Budget', 'Hiring', 'Venue');
  await button(cleo, 'Budget', 'agenda-down').tap();
  await ordered(tabs, 'Hiring', 'Budget', 'Venue');

  // All are there, and its time runs for all.
  await pressOnce(button(ada, 'Budget', 'agenda-here'));
  await stand(tabs, 'planned', 'here', 'planned');
  await everywhere(tabs, 'the bar says it', async (tab) => /Budget/.test(await tab.at('bar', { 'data-step': 'agenda' }).textContent()));
  await ada.until('all see the same time, to a second', async () => {
    const shown = await Promise.all(tabs.map(left));
    return Math.min(...shown) > 0 && Math.max(...shown) <= 600 && Math.max(...shown) - Math.min(...shown) <= 1;
  });
  await everywhere(tabs, 'it runs', async (tab) => (await left(tab)) < 600);
  assert.deepEqual(await filled(ada), ['agenda-done']);
  await undo(ben, 'Ada went on to “Budget”');
  await stand(tabs, 'planned', 'planned', 'planned');
  await everywhere(tabs, 'no time runs', async (tab) => !(await tab.at('timer').count()));

  await pressOnce(button(ada, 'Budget', 'agenda-here'));
  await stand(tabs, 'planned', 'here', 'planned');
  for (const tab of [ada, cleo]) {
    await world.picture(`agenda ${tab.name}`, tab);
    await check(tab, `agenda, ${tab.name}`);
  }
  assert.ok((await frame(cleo)) <= 0.25, `${await frame(cleo)} of a phone is frame`);
  const had = await left(ada);
  await cleo.at('timer-more').tap();
  await everywhere(tabs, 'there is more time', async (tab) => (await left(tab)) > had);
  await undo(ada, 'Cleo set the time to');
  await everywhere(tabs, 'and not any more', async (tab) => (await left(tab)) > 0 && (await left(tab)) <= had);
  await ben.at('timer-stop').click();
  await everywhere(tabs, 'it is stopped', async (tab) => !(await tab.at('timer').count()));
  await undo(cleo, 'Ben stopped the time', tap);
  await everywhere(tabs, 'it runs on', async (tab) => (await left(tab)) > 0);

  await pressOnce(button(ben, 'Budget', 'agenda-done'));
  await stand(tabs, 'planned', 'done', 'planned');
  await undo(ada, 'Ben marked “Budget” as done');
  await stand(tabs, 'planned', 'here', 'planned');
  await pressOnce(button(ada, 'Budget', 'agenda-done'));
  await stand(tabs, 'planned', 'done', 'planned');
  await button(cleo, 'Budget', 'agenda-again').tap();
  await stand(tabs, 'planned', 'here', 'planned');
  await undo(ben, 'Cleo said that “Budget” is not done');
  await stand(tabs, 'planned', 'done', 'planned');

  await button(cleo, 'Hiring', 'agenda-park').tap();
  await ordered(tabs, 'Budget', 'Venue');
  await undo(ada, 'Cleo kept “Hiring” for later');
  await ordered(tabs, 'Hiring', 'Budget', 'Venue');

  await cleo.at('hand').tap();
  await everywhere(tabs, 'a hand is up', async (tab) => (await tab.at('hands').getAttribute('data-nodes')) === (await cleo.node()));

  // Two go on at once to different things, and neither has seen the other's press: all are at one.
  const apart = [[ada, 'Hiring'], [ben, 'Venue']];
  for (const [tab] of apart) await tab.call('offline');
  for (const [tab, title] of apart) await pressOnce(button(tab, title, 'agenda-here'));
  for (const [tab, title] of apart) await tab.until('it is there', async () => (await item(tab, title).getAttribute('data-state')) === 'here');
  for (const [tab] of apart) await tab.call('online');
  await converged(tabs);
  const [meeting] = (await ada.state()).meetings;
  const here = meeting.at;
  await everywhere(tabs, 'one is here', async (tab) => {
    const all = await tab.at('agenda-item', { 'data-state': 'here' }).evaluateAll((them) => them.map((it) => it.dataset.cid));
    return all.join() === here;
  });
  assert.equal(meeting.timer.about, here, 'and the time is its');
});

scenario('what a meeting leaves is for later, and comes back into the next with one press', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  await start(ada, 'blank');
  for (const [title, minutes] of [['Budget', 10], ['Hiring'], ['Venue', 5]]) await add(ada, title, minutes);
  await pressOnce(button(ada, 'Budget', 'agenda-done'));
  await ordered(tabs, 'Budget', 'Hiring', 'Venue');
  await ada.at('meeting-close').click();
  await ben.at('meeting', { 'data-state': 'closed' }).waitFor({ timeout: PATIENCE });

  await ben.view('view-agenda');
  await ordered([ben], 'Hiring', 'Venue');
  await add(ben, 'Roof');
  await ordered([ben], 'Roof', 'Hiring', 'Venue');
  await undo(ben, 'You kept “Roof” for later');
  await ordered([ben], 'Hiring', 'Venue');
  await check(ben, 'later, wide');
  await world.picture('later wide', ben);
  await cleo.view('view-agenda', tap);
  await check(cleo, 'later, phone');
  await world.picture('later phone', cleo);

  await start(ada, 'blank');
  await ada.at('agenda-bring-back').waitFor({ timeout: PATIENCE });
  await check(ada, 'agenda, what was left');
  await world.picture('agenda left', ada);
  await ada.at('agenda-bring-back').click();
  await ordered([ada], 'Hiring', 'Venue');
  assert.equal(await ada.at('agenda-bring-back').count(), 0);
  await undo(ada, 'You brought 2 things into this meeting');
  await ordered([ada]);
  // One by one from what is for later: the meeting that began has come before it.
  for (const [tab, press] of [[ben, click], [cleo, tap]]) {
    await tab.at('meeting', { 'data-state': 'open' }).waitFor({ timeout: PATIENCE });
    await tab.view('view-agenda', press);
  }
  await ordered([ben, cleo], 'Hiring', 'Venue');
  await button(cleo, 'Venue', 'agenda-back').tap();
  await ordered([ada], 'Venue');
  await undo(cleo, 'You brought “Venue” into this meeting', tap);
  await ordered([ada]);
  await button(ben, 'Hiring', 'agenda-back').click();
  await ordered([ada], 'Hiring');
  const { backlog } = await ada.state();
  assert.deepEqual(backlog.map((it) => it.title), ['Venue']);
});

scenario('a stand-up has no agenda until one is used, and then behind one line', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'stand-up');
  await ben.view('view-agenda');
  await add(ben, 'Venue');
  await start(ada, 'stand-up');
  for (const tab of [ada, cleo]) {
    await tab.at('turn').waitFor({ timeout: PATIENCE });
    assert.equal((await tab.at('agenda-add').count()) + (await tab.at('agenda-open').count()), 0);
  }
  await button(ben, 'Venue', 'agenda-back').click();
  for (const tab of [ada, cleo]) {
    await tab.at('agenda-open').filter({ hasText: '1 of 1' }).waitFor({ timeout: PATIENCE });
    assert.equal(await tab.at('agenda-item').isVisible(), false);
  }
  await check(ada, 'agenda in a stand-up');
  await world.picture('agenda in a stand-up', ada);
  await cleo.at('agenda-open').tap();
  await button(cleo, 'Venue', 'agenda-park').tap();
  await everywhere(tabs.slice(0, 1), 'it is used no more', async (tab) => !(await tab.at('agenda-open').count()));
});

scenario('steps of others move nobody who types, and what is not fit is said at its field', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  await start(ada, 'blank');
  await cleo.at('agenda-add').tap();
  await cleo.at('agenda-title').fill('half a thou');
  const place = () => cleo.at('agenda-title').evaluate((it) => [it === document.activeElement, it.value, it.getBoundingClientRect().top]);
  const before = await place();
  assert.equal(before[0], true);
  for (const title of ['Budget', 'Hiring', 'Venue']) await add(ada, title, 5);
  await pressOnce(button(ben, 'Hiring', 'agenda-here'));
  await stand(tabs, 'planned', 'here', 'planned');
  await button(ada, 'Venue', 'agenda-park').click();
  await ordered(tabs, 'Budget', 'Hiring');
  await pressOnce(button(ben, 'Hiring', 'agenda-done'));
  await stand(tabs, 'planned', 'done');
  assert.deepEqual(await place(), before);

  for (const minutes of ['0', '100000', '1.5', '-3']) {
    await cleo.at('agenda-minutes').fill(minutes);
    await cleo.at('agenda-submit').tap();
    await cleo.until(`${minutes} is not fit`, () => cleo.at('agenda-minutes').evaluate((it) => it === document.activeElement && !it.validity.valid));
    assert.equal(await cleo.at('agenda-title').inputValue(), 'half a thou');
  }
  await cleo.at('agenda-minutes').fill('1440');
  await cleo.at('agenda-submit').tap();
  await ordered(tabs, 'Budget', 'Hiring', 'half a thou');
  await cleo.at('agenda-title').fill('   ');
  await cleo.at('agenda-submit').tap();
  await converged(tabs);
  assert.deepEqual((await ada.state()).meetings[0].items.map((it) => [it.title, it.minutes]), [['Budget', 5], ['Hiring', 5], ['half a thou', 1440]]);
});

scenario('of 500 things on an agenda some are shown, and what the meeting is at', async (world) => {
  const context = await world.browser();
  const ada = await world.tab(context, 'Ada');
  await ada.found({ title: 'Crew', form: 'blank' });
  const agenda = Array.from({ length: 500 }, (_, at) => ({ title: `Thing ${at}`, minutes: 1 }));
  await ada.call('meeting.open', { title: 'Long', agenda });
  await ada.at('tab-meeting').click();
  const drawn = () => ada.at('agenda-item').count();
  await ada.until('the first are drawn', async () => (await drawn()) === 50);
  const { items } = (await ada.state()).meetings[0];
  await ada.call('meeting.at', items[400].cid);
  await item(ada, 'Thing 400').waitFor({ timeout: PATIENCE });
  assert.equal(await drawn(), 51);
  await ada.at('meeting').getByTestId('more').click();
  await ada.until('more are drawn', async () => (await drawn()) === 101);
  await check(ada, 'a long agenda');
});
