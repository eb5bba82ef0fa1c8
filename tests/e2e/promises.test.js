// Promises: asks that give nobody a task, what somebody says they will do, and what becomes of it; by hand and by script.
import assert from 'node:assert/strict';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

const rows = async (tab) => (await tab.state()).promises;
const row = (tab, cid) => tab.at('promise', { 'data-cid': cid });
const show = async (tab) => {
  await tab.view('view-promises');
  await tab.at('promise-open').waitFor();
};
/** Waits until the tab's only row stands so; resolves with it. */
const only = (tab, state) =>
  tab.until(`its only row is ${state}`, async () => {
    const all = await rows(tab);
    return all.length === 1 && all[0].state === state && all[0];
  });
/** The day so many days from now, by the page's clock. */
const day = (tab, ahead) =>
  tab.page.evaluate((ahead) => {
    const date = new Date();
    date.setDate(date.getDate() + ahead);
    const two = (number) => String(number).padStart(2, '0');
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  }, ahead);
const refusal = async (tab, path, ...args) => {
  const error = await tab.call(path, ...args).then(
    () => null,
    (error) => error,
  );
  return error?.code ?? null;
};

scenario('an ask waits for who is asked, is taken up in one press, and is kept with a post that shows it', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const benNode = await ben.node();
  await show(ada);
  await ada.page.getByText('Nothing is promised yet').waitFor();
  await world.picture('promises empty', ada);
  await ada.at('promise-open').click();
  await ada.at('promise-text').fill('Call the harbour about the crane');
  await ada.at('promise-ask').selectOption(benNode);
  assert.equal(await ada.at('promise-due').count(), 0, 'who is asked says by when');
  await ada.at('promise-submit').click();
  const asked = await only(ben, 'asked');
  assert.deepEqual([asked.node, asked.text, asked.due, asked.from], [benNode, 'Call the harbour about the crane', null, null]);
  await ben.page.locator('.waits').getByRole('button', { name: 'Somebody asks you for something' }).click();
  const shown = row(ben, asked.cid);
  assert.equal(await shown.getAttribute('data-node'), benNode);
  assert.equal(await shown.getAttribute('data-due'), null);
  await shown.getByText('Ada asks you').waitFor();
  const due = await day(ben, 1);
  await shown.getByTestId('promise-due').fill(due);
  await shown.getByTestId('promise-accept').click();
  const promised = await only(ada, 'promised');
  assert.deepEqual(
    [promised.node, promised.text, promised.due, promised.from],
    [benNode, 'Call the harbour about the crane', due, asked.cid],
  );
  await row(ada, promised.cid).getByText('Ben promised').waitFor();
  await row(ada, promised.cid).locator('time').filter({ hasText: 'tomorrow' }).waitFor();
  assert.equal(await row(ada, promised.cid).getAttribute('data-due'), due);
  assert.equal(await ada.at('promise').count(), 1, 'the ask and the promise from it are one row');
  assert.equal(await row(ada, promised.cid).getByTestId('promise-keep').count(), 0, 'only who promised says how it ends');
  // Not yet: it goes on until another day, as who promised it says, and nobody else.
  const later = await day(ben, 8);
  assert.equal(await refusal(ada, 'promise.renew', promised.cid, later), 'not-yours');
  assert.equal(await refusal(ben, 'promise.renew', promised.cid, 'soon'), 'bad-argument');
  await ben.call('promise.renew', promised.cid, later);
  await row(ada, promised.cid).getByTestId('promise-renewed').waitFor();
  assert.equal(await row(ada, promised.cid).getAttribute('data-due'), later);
  const renewed = await only(ada, 'promised');
  assert.deepEqual([renewed.due, renewed.renewed.times], [later, 1]);
  const proof = await ben.post('The crane comes on Tuesday');
  await row(ben, promised.cid).getByTestId('promise-evidence').selectOption(proof);
  await row(ben, promised.cid).getByTestId('promise-keep').click();
  await ada.at('promise', { 'data-state': 'kept' }).getByText('The crane comes on Tuesday').waitFor();
  await ben.at('promise', { 'data-state': 'kept' }).waitFor();
  await ben.until('the keyboard is at the row', () =>
    ben.page.evaluate((cid) => document.activeElement?.dataset.cid === cid, promised.cid),
  );
  for (const words of ['asked Ben: “Call the harbour', 'promised: “Call the harbour', 'is still on it: “Call the harbour', 'kept the promise “Call the harbour']) {
    await ada.page.locator('.said-here .handoff').filter({ hasText: words }).waitFor();
  }
  const { promises } = await converged([ada, ben]);
  assert.deepEqual(promises, [{ ...renewed, state: 'kept' }]);
  assert.equal(await refusal(ben, 'promise.renew', promised.cid, later), 'not-found');
  await world.picture('promises kept', ada);
});

scenario('what a post calls for is promised from it in one action, and dropped with a reason', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const post = await ada.post('Somebody should **paint** the north rail\n\nIt rusts.', { kind: 'need' });
  await ben.has(post);
  const shown = ben.shownPost(post);
  await shown.getByTestId('do-this').click();
  assert.equal(await shown.getByTestId('promise-text').inputValue(), 'Somebody should paint the north rail');
  await world.picture('do this', ben);
  await shown.getByTestId('promise-submit').click();
  const made = await only(ada, 'promised');
  assert.deepEqual([made.node, made.from, made.due], [await ben.node(), post, null]);
  await ada.shownPost(post).getByText('Ben does this').waitFor();
  await shown.getByTestId('promise-text').waitFor({ state: 'detached' });
  await show(ben);
  await row(ben, made.cid).getByText('Ada wrote: “Somebody should paint').waitFor();
  await row(ben, made.cid).getByTestId('promise-drop').click();
  await row(ben, made.cid).getByTestId('promise-submit').click();
  assert.equal((await rows(ben))[0].state, 'promised', 'nothing is dropped without a word');
  await row(ben, made.cid).getByTestId('promise-text').fill('The paint is sold out');
  await row(ben, made.cid).getByTestId('promise-submit').click();
  await only(ada, 'dropped');
  await show(ada);
  await ada.at('promise', { 'data-state': 'dropped' }).getByText('The paint is sold out').waitFor();
  await ada.page.locator('.said-here .handoff').filter({ hasText: 'dropped “Somebody should paint' }).waitFor();
  await ada.shownPost(post).getByText('Ben does this').waitFor({ state: 'detached' });
  // Done after all.
  await row(ben, made.cid).getByTestId('promise-keep').click();
  await only(ada, 'kept');
  await ada.shownPost(post).getByText('Ben did this').waitFor();
});

scenario('what is due today or overdue waits for who promised it, and for nobody else', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const make = async (text, ahead) => ada.call('promise.make', { text, due: await day(ada, ahead) });
  const late = await make('late by two days', -2);
  const today = await make('for today', 0);
  const tomorrow = await make('for tomorrow', 1);
  await ada.call('promise.make', { text: 'some day' });
  const waits = (tab, words) => tab.page.locator('.waits').getByText(words, { exact: true });
  await waits(ada, '1 promise of yours is overdue').waitFor();
  await waits(ada, '1 promise of yours is due today').waitFor();
  const other = await make('late, too', -1);
  await waits(ada, '2 promises of yours are overdue').waitFor();
  await show(ada);
  for (const [cid, hint] of [[late, '2 days late'], [other, '1 day late'], [today, 'today'], [tomorrow, 'tomorrow']]) {
    await row(ada, cid).locator('time').filter({ hasText: hint }).waitFor();
  }
  const order = await ada.at('promise').evaluateAll((all) => all.map((it) => it.dataset.cid));
  assert.deepEqual(order.slice(0, 4), [late, other, today, tomorrow], 'what is due first stands first');
  await ben.until('all of it is here', async () => (await rows(ben)).length === 5);
  assert.equal(await ben.page.locator('.waits').getByText('promise').count(), 0);
  await ada.call('promise.keep', late);
  await row(ada, late).and(ada.page.locator('[data-state="kept"]')).waitFor();
  assert.equal(await row(ada, late).locator('time').filter({ hasText: 'days late' }).count(), 0);
});

/** The days that can be chosen within a place, as they are handled. */
const presets = (within) => within.getByTestId('due-preset').evaluateAll((all) => all.map((it) => it.dataset.form));
const preset = (within, form) => within.locator(`[data-testid="due-preset"][data-form="${form}"]`);
/** Waits until these are the chosen ones, and no others. */
const chosen = (tab, within, forms) =>
  tab.until(`chosen is ${forms.join(', ') || 'none'}`, async () => {
    const all = within.locator('[data-testid="due-preset"][aria-pressed="true"]');
    return JSON.stringify(await all.evaluateAll((all) => all.map((it) => it.dataset.form))) === JSON.stringify(forms);
  });

scenario('a day that is often meant is chosen by a press or a tap, counted from the last meeting, and all see it', async (world) => {
  const context = await world.browser({ hasTouch: true });
  const ada = await world.tab(context, 'Ada');
  // Five days ago there was a retro.
  await ada.page.evaluate((ago) => {
    const Now = Date;
    window.backToNow = () => {
      window.Date = Now;
    };
    window.Date = class extends Now {
      constructor(...given) {
        super(...(given.length > 0 ? given : [Now.now() - ago]));
      }
      static now() {
        return Now.now() - ago;
      }
    };
  }, 5 * 24 * 60 * 60 * 1_000);
  const link = await ada.found({ title: 'Crew', form: 'blank' });
  await ada.inRoom();
  const retro = await ada.call('meeting.open', { title: 'Retro', form: 'retro' });
  await ada.call('meeting.close', retro);
  await ada.page.evaluate(() => window.backToNow());
  const ben = await world.tab(context, 'Ben', link);
  await ben.page.setViewportSize(SIZES.phone);
  for (const tab of [ada, ben]) await tab.call('introduce', { name: tab.name });
  await converged([ada, ben]);
  const [tomorrow, next] = [await day(ada, 1), await day(ada, 14 - 5)];
  const promised = (tab, text) =>
    tab.until(`“${text}” is promised`, async () => (await rows(tab)).find((it) => it.text === text && it.state === 'promised'));

  await show(ada);
  await ada.at('promise-open').click();
  const form = ada.page.locator('.new-promise');
  await form.getByTestId('promise-text').fill('Call the harbour');
  assert.deepEqual(await presets(form), ['stand-up', 'retro', 'day']);
  await chosen(ada, form, []);
  await preset(form, 'day').click();
  // Without a stand-up so far, the next one is tomorrow.
  await chosen(ada, form, ['stand-up', 'day']);
  assert.equal(await form.getByTestId('promise-due').inputValue(), tomorrow);
  await preset(form, 'stand-up').click();
  await chosen(ada, form, []);
  assert.equal(await form.getByTestId('promise-due').inputValue(), '', 'pressed once more, there is no day');
  await preset(form, 'retro').click();
  await chosen(ada, form, ['retro']);
  assert.equal(await form.getByTestId('promise-due').inputValue(), next);
  await world.picture('due presets', ada);
  // What is written by hand is a day like any other.
  await form.getByTestId('promise-due').fill(await day(ada, 3));
  await chosen(ada, form, []);
  await preset(form, 'retro').click();
  await chosen(ada, form, ['retro']);
  await form.getByTestId('promise-submit').click();
  assert.equal((await promised(ben, 'Call the harbour')).due, next);

  // On a phone, beneath a post.
  const post = await ada.post('Somebody should oil the winch');
  await ben.has(post);
  const shown = ben.shownPost(post);
  await ben.actOn(post, 'do-this', (button) => button.tap());
  await shown.getByTestId('promise-text').waitFor();
  assert.deepEqual(await presets(shown), ['stand-up', 'retro', 'day']);
  for (const chip of await shown.getByTestId('due-preset').all()) {
    const { height } = await chip.boundingBox();
    assert.ok(height >= 44, `a finger hits it (${height})`);
  }
  await preset(shown, 'day').tap();
  await chosen(ben, shown, ['stand-up', 'day']);
  await world.picture('due presets on a phone', ben);
  const [scroll, width] = await ben.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(scroll <= width, `no scrolling sideways (${scroll} > ${width})`);
  await shown.getByTestId('promise-submit').tap();
  assert.equal((await promised(ada, 'Somebody should oil the winch')).due, tomorrow);

  // What is asked has a day by who takes it up.
  const ask = await ada.call('promise.ask', await ben.node(), 'Count the bolts');
  await ben.view('view-promises', (button) => button.tap());
  await preset(row(ben, ask), 'retro').tap();
  await chosen(ben, row(ben, ask), ['retro']);
  await row(ben, ask).getByTestId('promise-accept').tap();
  assert.equal((await promised(ada, 'Count the bolts')).due, next);
  await converged([ada, ben]);
});

scenario('half-written promises come back after a reload, and what was sent without others goes out', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const post = await ben.post('who brings the ropes?');
  await ada.has(post);
  const mine = await ada.call('promise.make', { text: 'the ropes' });
  const due = await day(ada, 3);
  await show(ada);
  await ada.at('promise-open').click();
  await ada.at('promise-text').fill('and the pulleys');
  await ada.at('promise-due').fill(due);
  await row(ada, mine).getByTestId('promise-drop').click();
  await row(ada, mine).getByTestId('promise-text').fill('none are left');
  const shown = ada.shownPost(post);
  await shown.getByTestId('do-this').click();
  await shown.getByTestId('promise-text').fill('the ropes are mine');
  await ada.page.reload();
  await ada.inRoom();
  await ada.until('the words at the post are back', async () => {
    const field = shown.getByTestId('promise-text');
    return (await field.count()) === 1 && (await field.inputValue()) === 'the ropes are mine';
  });
  await show(ada);
  const form = ada.page.locator('.new-promise');
  assert.equal(await form.getByTestId('promise-text').inputValue(), 'and the pulleys');
  assert.equal(await form.getByTestId('promise-due').inputValue(), due);
  assert.equal(await row(ada, mine).getByTestId('promise-text').inputValue(), 'none are left');
  // Apart: both sides promise, and agree when they are back.
  await ada.linked(1);
  await ada.call('offline');
  await ben.until('Ada is gone', async () => (await ben.status()).peers.length === 0);
  await form.getByTestId('promise-submit').click();
  const pulleys = await ada.until('it is promised', async () => (await rows(ada)).find((it) => it.text === 'and the pulleys'));
  assert.equal(pulleys.due, due);
  const chains = await ben.call('promise.make', { text: 'the chains', from: post });
  assert.ok(!(await rows(ben)).some((it) => it.cid === pulleys.cid), 'offline means offline');
  await ada.call('online');
  const { promises } = await converged([ada, ben]);
  assert.deepEqual(promises.map((it) => it.cid).sort(), [mine, pulleys.cid, chains].sort());
});

scenario('“Delete my words” takes the words of an ask, a promise or a drop, and leaves the trace', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const ask = await ada.call('promise.ask', await ben.node(), 'fetch the ladder');
  await ben.until('the ask is here', async () => (await rows(ben)).length === 1);
  const promise = await ben.call('promise.make', { text: 'the ladder, by noon', from: ask });
  await ben.call('promise.drop', promise, 'it broke');
  await only(ada, 'dropped');
  await show(ada);
  await show(ben);
  await row(ada, promise).getByText('Ada asked: “fetch the ladder”').waitFor();
  // Undone once, then for good.
  const mine = row(ben, promise).getByTestId('promise-delete');
  await mine.first().click();
  await row(ben, promise).getByText('Being taken back').waitFor();
  await row(ben, promise).getByTestId('undo').click();
  await row(ben, promise).getByText('the ladder, by noon').waitFor();
  assert.equal((await rows(ada))[0].text, 'the ladder, by noon');
  await ben.call('retract', promise);
  await ada.call('retract', ask);
  await row(ada, promise).getByText('Taken back by its author.').waitFor();
  const [left] = await ada.until('the words are gone', async () => {
    const all = await rows(ada);
    return all[0].text === null && all;
  });
  assert.deepEqual([left.cid, left.state, left.from], [promise, 'dropped', ask]);
  await row(ada, promise).getByText('it broke').waitFor();
  await row(ben, promise).getByTestId('promise-delete').click();
  await row(ada, promise).getByText('it broke').waitFor({ state: 'detached' });
  await converged([ada, ben]);
});

scenario('scripts are refused for a reason, and may name the ask for the promise', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const ask = await ada.call('promise.ask', await ben.node(), 'the keys, please');
  const post = await ada.post('the keys are at the gate');
  await ben.has(post);
  assert.equal(await refusal(ben, 'promise.ask', await ada.node(), ' '), 'empty-text');
  assert.equal(await refusal(ben, 'promise.ask', 'nobody', 'x'), 'bad-argument');
  assert.equal(await refusal(ben, 'promise.make', { text: '\u200b' }), 'nothing-to-see');
  for (const due of ['2026-02-30', '2026-2-1', '2026-12-01T10:00', 'tomorrow']) {
    assert.equal(await refusal(ben, 'promise.make', { text: 'x', due }), 'bad-argument', due);
  }
  assert.equal(await refusal(ben, 'promise.make', { text: 'x', from: await ben.call('baton.open', { title: 'x' }) }), 'not-found');
  const promise = await ben.call('promise.make', { text: 'by noon', due: '2026-12-01', from: ask });
  await only(ada, 'promised');
  assert.equal(await refusal(ada, 'promise.keep', promise), 'not-yours');
  assert.equal(await refusal(ada, 'promise.drop', promise, 'no'), 'not-yours');
  assert.equal(await refusal(ben, 'promise.drop', promise, ''), 'empty-text');
  assert.equal(await refusal(ben, 'promise.keep', promise, ask), 'not-found');
  await ben.call('promise.keep', ask, post);
  assert.equal(await refusal(ben, 'promise.keep', promise), 'not-found');
  assert.equal(await refusal(ben, 'promise.drop', promise, 'no'), 'not-found');
  assert.deepEqual(await rows(ben), [
    { cid: promise, node: await ben.node(), text: 'by noon', state: 'kept', due: '2026-12-01', renewed: null, from: ask },
  ]);
});

for (const [colorScheme, size] of [['light', 'wide'], ['dark', 'wide'], ['light', 'phone'], ['dark', 'phone']]) {
  scenario(`promises fit the screen: ${colorScheme}, ${size}`, async (world) => {
    const context = await world.browser({ colorScheme, viewport: SIZES[size], reducedMotion: 'reduce' });
    const {
      tabs: [ada, ben],
    } = await world.room(['Ada', 'Ben'], { context, title: 'Crew of the bridge' });
    const [adaNode, benNode] = [await ada.node(), await ben.node()];
    const post = await ada.post('The north rail wants paint, and somebody who is not afraid of heights');
    await ben.has(post);
    await ben.call('promise.ask', adaNode, 'Bring the long brushes, the ones from the shed behind the harbour office');
    await ada.call('promise.ask', benNode, 'Count the bolts');
    await ada.call('promise.make', { text: 'Order the paint', due: await day(ada, -1) });
    await ada.call('promise.make', { text: 'Tell the ferry', due: await day(ada, 0) });
    const rail = await ben.call('promise.make', { text: 'Paint the north rail', due: await day(ben, 1), from: post });
    const kept = await ben.call('promise.make', { text: 'Sweep the deck' });
    await ben.call('promise.keep', kept);
    const dropped = await ben.call('promise.make', { text: 'Oil the winch' });
    await ben.call('promise.drop', dropped, 'The winch is gone');
    await ada.until('all of it is here', async () => (await rows(ada)).length === 7 && (await rows(ada)).some((it) => it.state === 'dropped'));
    await ada.shownPost(post).getByText('Ben does this').waitFor();
    await world.picture(`${size} ${colorScheme} promises in the stream`, ada);
    await ada.shownPost(post).getByTestId('do-this').click();
    await ada.shownPost(post).getByTestId('promise-text').waitFor();
    await world.picture(`${size} ${colorScheme} do this`, ada);
    await ada.shownPost(post).getByRole('button', { name: 'Cancel' }).click();
    await show(ada);
    await row(ada, rail).waitFor();
    await world.picture(`${size} ${colorScheme} promises`, ada);
    await ada.at('promise-open').click();
    await ada.at('promise-text').fill('Write to the council');
    await world.picture(`${size} ${colorScheme} new promise`, ada);
    await ada.at('promise', { 'data-state': 'dropped' }).scrollIntoViewIfNeeded();
    await world.picture(`${size} ${colorScheme} promises done`, ada);
    const [scroll, width] = await ada.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(scroll <= width, `no scrolling sideways (${scroll} > ${width})`);
  });
}

scenario('a promise is made from a post, and ended, by keyboard alone', async (world) => {
  const {
    tabs: [ada],
  } = await world.room(['Ada']);
  const { page } = ada;
  const focusOn = async (handle) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if (await page.evaluate((handle) => document.activeElement?.dataset.testid === handle, handle)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`the Tab key never reaches ${handle}`);
  };
  const post = await ada.post('somebody should sweep');
  await ada.shownPost(post).focus();
  await page.keyboard.press('d');
  await ada.until('the field has the keyboard', () => page.evaluate(() => document.activeElement?.dataset.testid === 'promise-text'));
  await page.keyboard.press('Control+Enter');
  await only(ada, 'promised');
  await ada.until('the keyboard is at the post', () => page.evaluate((cid) => document.activeElement?.dataset.cid === cid, post));
  await page.keyboard.press('p');
  await ada.at('promise').waitFor();
  await focusOn('promise-drop');
  await page.keyboard.press('Enter');
  await ada.until('the reason has the keyboard', () => page.evaluate(() => document.activeElement?.dataset.testid === 'promise-text'));
  await page.keyboard.type('no broom');
  await page.keyboard.press('Control+Enter');
  await only(ada, 'dropped');
});
