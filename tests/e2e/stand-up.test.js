// A stand-up by hand: begun from its lobby, everybody writes and speaks in turn, and its notes are carried away.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { crew, frame, undo } from './lib/crew.js';
import { setClock } from './lib/clock.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const turnOf = (tab) => tab.at('turn').getAttribute('data-now');
const nextOf = (tab) => tab.at('turn').getAttribute('data-next');
const same = (tabs, what, ask) =>
  tabs[0].until(what, async () => {
    const all = await Promise.all(tabs.map(ask));
    return all.every((it) => it === all[0]) && { is: all[0] };
  });

async function write(tab, question, text) {
  const round = tab.at('round').filter({ hasText: question });
  await round.getByTestId('round-answer').fill(text);
  await round.getByTestId('round-answer-submit').click();
  await round.getByTestId('round-result').filter({ hasText: text }).waitFor();
}

scenario('a stand-up is begun from its lobby, everybody has a turn, two who press at once move it once, and notes remain', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'stand-up');
  const named = Object.fromEntries(await Promise.all(tabs.map(async (tab) => [await tab.node(), tab])));

  await ada.at('meeting-start').click();
  await ada.at('lobby').waitFor();
  await check(ada, 'lobby');
  await world.picture('stand-up lobby', ada);
  await ada.at('lobby-start').click();
  // Nobody else does anything: the card comes by itself.
  for (const tab of tabs) await tab.at('turn').waitFor({ timeout: PATIENCE });
  const { is: first } = await same(tabs, 'the same turn everywhere', turnOf);
  const { is: second } = await same(tabs, 'the same next everywhere', nextOf);
  assert.ok(named[first] && named[second] && first !== second);
  assert.equal(await ada.at('bar').getAttribute('data-runs'), await ada.node(), 'who began it runs it');

  for (const tab of tabs) await write(tab, 'Done', `${tab.name} has painted`);
  await write(ben, 'Stuck', 'no long brushes');
  for (const tab of [ada, cleo]) await tab.at('round-result').filter({ hasText: 'no long brushes' }).waitFor();
  await ada.at('round-result').filter({ hasText: 'no long brushes' }).getByTestId('do-this').click();
  for (const tab of [ada, cleo]) {
    const size = tab === ada ? 'wide' : 'phone';
    await check(tab, `stand-up, ${size}`);
    await world.picture(`stand-up ${size}`, tab);
    assert.ok((await tab.page.locator('[data-primary="true"]').count()) <= 1, 'one filled button at most');
  }
  assert.ok((await frame(cleo)) <= 0.25, `${await frame(cleo)} of a phone is frame`);

  const speaker = named[first];
  const [other] = tabs.filter((tab) => tab !== speaker);
  // At once: neither has seen the other's press, however slow the machine is.
  for (const tab of [speaker, other]) await tab.call('offline');
  for (const tab of [speaker, other]) await tab.at('turn-next').click();
  for (const tab of [speaker, other]) await tab.until('it moved there', async () => (await turnOf(tab)) === second);
  for (const tab of [speaker, other]) await tab.call('online');
  await converged(tabs);
  assert.equal((await same(tabs, 'the same turn', turnOf)).is, second, 'it moved once');
  for (const tab of tabs) {
    const told = await tab.at('steps-apart').textContent();
    for (const { name } of [speaker, other].filter((it) => it !== tab)) assert.ok(told.includes(name), `${name} in: ${told}`);
  }
  await world.picture('stand-up apart phone', cleo);
  await named[second].at('undo').waitFor();
  await named[second].at('undo').click();
  for (const tab of tabs) await tab.until('it is back', async () => (await turnOf(tab)) === first);
  for (const tab of tabs) await tab.until('one has gone on who saw both', async () => !(await tab.at('steps-apart').count()));

  for (let left = 3; left > 0; left -= 1) {
    const now = await turnOf(ada);
    const tab = named[now];
    await tab.until('its button is ready', async () => !(await tab.at('turn-next').getAttribute('aria-disabled')));
    if (tab === cleo) await tab.at('turn-next').tap();
    else await tab.at('turn-next').click();
    for (const it of tabs) await it.until('it moved', async () => (await turnOf(it)) !== now);
  }
  assert.equal(await turnOf(ben), null, 'all have spoken');
  await cleo.at('meeting-close').tap();
  for (const tab of tabs) await tab.at('meeting', { 'data-state': 'closed' }).waitFor();
  // Ended too early: one press of anybody, and it goes on as it was.
  await ben.page.locator('.undo').filter({ hasText: 'Cleo ended the meeting' }).waitFor();
  await world.picture('stand-up ended phone', cleo);
  await undo(ben, 'Cleo ended the meeting');
  for (const tab of tabs) {
    await tab.at('meeting', { 'data-state': 'open' }).waitFor();
    await tab.at('round-result').filter({ hasText: 'no long brushes' }).waitFor();
    assert.equal(await tab.at('bar').getAttribute('data-runs'), await ada.node(), 'who ran it runs it');
  }
  await write(ben, 'Next', 'the door');
  await converged(tabs);
  await cleo.at('meeting-close').tap();
  for (const tab of tabs) await tab.at('meeting', { 'data-state': 'closed' }).waitFor();
  await converged(tabs);
  // Somebody is suggested to run the next one, the same for all, and says yes.
  const suggested = (tab) => tab.at('suggestion').getAttribute('data-node');
  for (const tab of tabs) await tab.at('suggestion').waitFor();
  const { is: runs } = await same(tabs, 'the same suggestion everywhere', suggested);
  assert.ok(named[runs] && runs !== (await ada.node()), 'not who has just run it');
  assert.equal(await ada.at('run-next-no').count(), 0, 'who is not asked is not asked');
  await named[runs].at('run-next-yes').click();
  for (const tab of tabs) await tab.at('suggestion', { 'data-said': 'true', 'data-node': runs }).waitFor();
  await check(ben, 'stand-up, over');
  await world.picture('stand-up over', ben);
  await ben.at('copy-notes').first().click();
  await ben.until('the notes are copied', async () => {
    const notes = await ben.page.evaluate(() => navigator.clipboard.readText());
    return ['## Done', 'Ada has painted', 'no long brushes', 'the door', 'Runs the stand-up'].every((it) => notes.includes(it));
  });
  // Under “Agreed” it is one meeting, and from there it goes on, too.
  await ada.view('view-minutes');
  await ada.at('past-meeting').waitFor();
  assert.equal(await ada.at('past-meeting').count(), 1);
  await check(ada, 'meetings');
  await ada.at('past-meeting').getByTestId('meeting-resume').click();
  for (const tab of tabs) await tab.at('bar', { 'data-runs': await ada.node() }).waitFor();
  await cleo.at('round-result').filter({ hasText: 'the door' }).waitFor();
});

scenario('a meeting that begins comes to who is about to write, waits for who writes, and can be undone', async (world) => {
  const { ada, ben, cleo } = await crew(world, 'stand-up', { hasTouch: false });
  const dan = await world.tab(ada.page.context(), 'Dan', await ada.page.url());
  await dan.linked(3);
  // A name is proposed, and the keyboard is in its field.
  await dan.until('the name has the keyboard', () => dan.page.evaluate(() => document.activeElement?.dataset.testid === 'name-input'));
  await ben.at('composer-text').click();
  await cleo.at('composer-text').click();
  await cleo.at('composer-text').pressSequentially('half a thought');
  await ada.at('meeting-start').click();
  await ada.at('lobby-start').click();
  for (const tab of [ben, cleo, dan]) await tab.at('bar', { 'data-runs': await ada.node() }).waitFor({ timeout: PATIENCE });
  // Nobody presses anything: the card is there, and the keyboard in it.
  await ben.at('turn').waitFor();
  await ben.until('the keyboard is in the card', () => ben.page.evaluate(() => document.activeElement?.matches('.card-place textarea')));
  await ben.page.keyboard.type('the door');
  assert.ok((await ben.at('round-answer').evaluateAll((all) => all.map((it) => it.value))).includes('the door'));
  assert.equal(await cleo.at('composer-text').inputValue(), 'half a thought');
  assert.equal(await cleo.at('turn').count(), 0, 'who writes is not moved');
  assert.equal(await dan.at('turn').count(), 0, 'nor who says a name');
  await dan.page.keyboard.press('Enter');
  await dan.at('turn').waitFor({ timeout: PATIENCE });

  // Begun too early: one press of anybody, as long as nothing was said, and it was none.
  await undo(dan, 'Ada started a meeting');
  for (const tab of [ada, ben]) await tab.at('lobby').waitFor();
  for (const tab of [ada, ben, cleo, dan]) await tab.at('bar', { 'data-step': 'none' }).waitFor({ state: 'attached' });
  assert.equal(await cleo.at('composer-text').inputValue(), 'half a thought');
  await ben.view('view-minutes');
  await ben.page.getByText('Notes of meetings stand here once there was one.').waitFor();
  assert.equal(await ben.at('past-meeting').count(), 0);
  await ada.at('lobby-start').click();
  await ben.at('turn').waitFor({ timeout: PATIENCE });
});

/** Passes the turn on, and once more the moment that it has moved. */
const pressTwice = (tab) =>
  tab.page.evaluate(() => {
    const press = () => document.querySelector('[data-testid="turn-next"]').click();
    const turn = document.querySelector('[data-testid="turn"]');
    const before = turn.dataset.now;
    return new Promise((done) => {
      const again = new MutationObserver(() => {
        if (turn.dataset.now === before) return;
        again.disconnect();
        press();
        done();
      });
      again.observe(turn, { attributes: true });
      press();
    });
  });

/** How often a person acted in a tab: presses and keys, whatever they are on. */
async function countActs(tab) {
  await tab.page.evaluate(() => {
    window.acts = 0;
    for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, (it) => (window.acts += it.isTrusted), true);
  });
  return () => tab.page.evaluate(() => window.acts);
}

scenario('from a tile to the first turn it takes two presses, and no field is filled', async (world) => {
  const context = await world.browser();
  const ada = await world.tab(context, 'Ada');
  await ada.at('start').waitFor();
  const acts = await countActs(ada);
  const tiles = await ada.at('start-tile').evaluateAll((all) => all.map((it) => it.dataset.form));
  assert.deepEqual(tiles, await ada.at('found-form').locator('option').evaluateAll((all) => [
    ...all.map((it) => it.value).filter((it) => it !== 'blank'),
    'blank',
  ]));
  await ada.at('start-tile', { 'data-form': 'stand-up' }).click();
  await ada.at('lobby').waitFor();
  assert.equal(await ada.at('tab-meeting').getAttribute('aria-pressed'), 'true');
  assert.equal(await ada.at('meeting-form').inputValue(), 'stand-up');
  await ada.at('lobby-start').click();
  await ada.at('turn').waitFor();
  assert.equal(await turnOf(ada), await ada.node(), 'who is alone speaks first');
  assert.equal(await acts(), 2, 'a tile, and Start');
  const { title, form } = await ada.state();
  const day = await ada.page.evaluate(() => new Intl.DateTimeFormat([], { day: 'numeric', month: 'short' }).format());
  assert.deepEqual({ title, form }, { title: `Stand-up, ${day}`, form: 'stand-up' });
});

scenario('a stand-up that was left open yesterday is gone back to, and today’s starts with one press', async (world) => {
  const context = await world.browser();
  const ada = await world.tab(context, 'Ada');
  await ada.at('start-tile', { 'data-form': 'stand-up' }).click();
  await ada.at('lobby-start').click();
  await ada.at('turn').waitFor();
  const link = await ada.page.evaluate(() => location.href);
  const [{ cid: yesterday }] = (await ada.state()).meetings;
  await ada.close();
  await setClock(context, 24 * 60 * 60 * 1_000);
  const back = await world.tab(context, 'Ada', link);
  await back.at('lobby').waitFor();
  await back.at('meeting-back').waitFor();
  assert.equal(await back.at('for-you').getAttribute('data-count'), '0', 'yesterday’s turn calls nobody');
  await check(back, 'lobby, yesterday’s left open');
  await world.picture('stand-up left open', back);
  await back.at('meeting-back').click();
  await back.at('turn').waitFor();
  assert.equal((await back.state()).meetings.length, 1);
  await back.close();

  const today = await world.tab(context, 'Ada', link);
  await today.at('lobby').waitFor();
  const acts = await countActs(today);
  await today.at('lobby-start').click();
  await today.at('turn').waitFor();
  assert.equal(await acts(), 1, 'Start');
  const meetings = (await today.state()).meetings.map((it) => [it.cid === yesterday, it.state]);
  assert.deepEqual(meetings, [[true, 'closed'], [false, 'open']], 'yesterday’s is ended, and its notes stay');
});

scenario('a tile for talk alone opens the talk, and pressed twice it is one room', async (world) => {
  const context = await world.browser({ viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: 'dark' });
  const ada = await world.tab(context, 'Ada');
  await ada.at('start-tile', { 'data-form': 'blank' }).scrollIntoViewIfNeeded();
  await world.picture('tiles phone dark', ada);
  await ada.at('start-tile', { 'data-form': 'blank' }).dblclick();
  await ada.at('composer-text').waitFor();
  assert.equal(await ada.at('tab-talk').getAttribute('aria-pressed'), 'true');
  assert.equal(await ada.at('lobby').count(), 0);
  const { title, form } = await ada.state();
  assert.equal(form, 'blank');
  assert.match(title, /^Room, /);
  const start = await world.tab(context, 'Start');
  await start.at('my-rooms').getByText(title).first().waitFor();
  assert.equal(await start.at('my-rooms').getByText(title).count(), 1);
});

scenario('who comes late gets a turn by itself, the speaker has its own lines before it, and what is for afterwards is counted', async (world) => {
  const { ada, ben, cleo, tabs, link } = await crew(world, 'stand-up');
  const named = Object.fromEntries(await Promise.all(tabs.map(async (tab) => [await tab.node(), tab])));
  await ada.at('meeting-start').click();
  await ada.at('lobby-start').click();
  for (const tab of tabs) await tab.at('turn').waitFor({ timeout: PATIENCE });
  const { is: first } = await same(tabs, 'the same turn everywhere', turnOf);
  const speaker = named[first];
  await write(speaker, 'Done', 'the rail is painted');
  await write(ben, 'Stuck', 'no long brushes');
  await speaker.at('own-lines').getByText('the rail is painted').waitFor();
  for (const tab of tabs.filter((it) => it !== speaker)) assert.equal(await tab.at('own-lines').count(), 0);
  // Help is offered where somebody is stuck.
  await cleo.at('round-result').filter({ hasText: 'no long brushes' }).getByTestId('do-this').waitFor();
  const done = ada.at('round-result').filter({ hasText: 'the rail is painted' });
  assert.equal(await done.getByTestId('do-this').count(), 0);

  // What somebody wants to talk about afterwards is there once, whoever says it, and goes again for who said it.
  const [one, two] = tabs.filter((it) => it !== speaker);
  await one.at('turn').getByTestId('talk-later').click();
  await two.until('it is said', async () => (await two.at('turn').getByTestId('talk-later').count()) === 0);
  await undo(one, `You put “What ${speaker.name} said” on the agenda`);
  await two.at('turn').getByTestId('talk-later').click();
  await one.until('it is said', async () => (await one.at('turn').getByTestId('talk-later').count()) === 0);
  await world.picture('stand-up speaker', speaker);

  // Somebody opens the link while the others speak, and presses nothing.
  const context = ada.page.context();
  const dan = await world.tab(context, 'Dan', link);
  const acts = await countActs(dan);
  await dan.call('introduce', { name: 'Dan' });
  named[await dan.node()] = dan;
  const all = [...tabs, dan];
  await dan.at('turn').waitFor({ timeout: PATIENCE });
  const spoke = [];
  for (let left = 4; left > 0; left -= 1) {
    const { is: now } = await same(all, 'the same turn everywhere', turnOf);
    const { is: next } = await same(all, 'the same next everywhere', nextOf);
    spoke.push(now);
    if (left === 1) assert.equal(await acts(), 0, 'who came late has pressed nothing until it is its turn');
    await named[now].until('its button is ready', async () => !(await named[now].at('turn-next').getAttribute('aria-disabled')));
    if (left === 4) await pressTwice(named[now]);
    else await named[now].at('turn-next').click();
    for (const tab of all) await tab.until('it moved', async () => (await turnOf(tab)) !== now);
    await converged(all);
    assert.equal((await same(all, 'the same turn everywhere', turnOf)).is, next, 'by one');
  }
  assert.equal(spoke.at(-1), await dan.node(), 'who came late speaks last');
  assert.equal(new Set(spoke).size, 4);
  assert.equal(await turnOf(ben), null, 'all have spoken');
  for (const tab of all) {
    const who = tab === two ? 'you' : two.name;
    await tab.at('turn').getByText(new RegExp(`Talk later: 1 \\(${who}\\)`, 'i')).waitFor();
  }
  assert.equal(await ada.at('meeting-close').getAttribute('data-primary'), 'true', 'what is for afterwards keeps nobody');
  // Who comes after all have spoken has its turn at once, with its time.
  const eva = await world.tab(context, 'Eva', link);
  for (const tab of [...all, eva]) await tab.until('it is Eva’s turn', async () => (await turnOf(tab)) === (await eva.node()));
  assert.ok(Number(await eva.at('bar').getAttribute('data-left')) > 60);
  await eva.at('turn-next').click();
  for (const tab of all) await tab.until('all have spoken', async () => (await turnOf(tab)) === null);
  await ada.at('meeting-close').click();
  for (const tab of all) await tab.at('meeting', { 'data-state': 'closed' }).waitFor();
  assert.deepEqual((await converged(all)).backlog.map((it) => it.title), [`What ${speaker.name} said`]);
});
