// What a post says of who has it: nothing once all members do, by name who does not.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { exported, newcomer, take } from './lib/newcomer.js';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const DAY = 24 * 3_600_000;

/** Waits until a post is held by so many of so many members, and says just this. */
async function says(tab, cid, { stored, of, alone = false }, words) {
  const reach = tab.shownPost(cid).getByTestId('post-reach');
  let seen;
  const shown = tab.until(`${cid} says ${stored} of ${of}: ${words}`, async () => {
    seen = await reach.evaluate((it) => ({ ...it.dataset, said: it.textContent, full: it.querySelectorAll('.full').length }));
    return (
      seen.said === words &&
      seen.stored === String(stored) &&
      seen.of === String(of) &&
      seen.alone === String(alone) &&
      (of > 8 || seen.full === stored)
    );
  });
  await shown.catch((error) => {
    throw new Error(`${error.message}; it is ${JSON.stringify(seen)}`);
  });
}

const isGone = (tab, node) => tab.at('person', { 'data-node': node, 'data-here': 'gone' }).waitFor({ state: 'attached' });

scenario('who closed the tab before a post is named beside it until it is back, and nothing is said of what all have', async (world) => {
  const context = await world.browser({ hasTouch: true });
  const ada = await world.tab(context, 'Ada');
  const link = await ada.found({ title: 'Crew', purpose: '', form: 'blank' });
  await ada.call('introduce', { name: 'Ada' });
  const first = await ada.compose('Is anybody here?');
  await says(ada, first, { stored: 1, of: 1, alone: true }, 'only in this browser so far');
  await check(ada, 'a post in one browser only');
  await world.picture('reach alone wide', ada);

  const ben = await world.tab(context, 'Ben', link);
  const cleo = await world.tab(context, 'Cleo', link);
  await cleo.page.setViewportSize({ width: 390, height: 844 });
  await cleo.page.emulateMedia({ colorScheme: 'dark' });
  for (const tab of [ben, cleo]) await tab.call('introduce', { name: tab.name });
  await converged([ada, ben, cleo]);
  for (const tab of [ada, ben, cleo]) await says(tab, first, { stored: 3, of: 3 }, '');

  const node = await ben.node();
  await ben.close();
  for (const tab of [ada, cleo]) await isGone(tab, node);
  const second = await ada.compose('Ben has closed his tab');
  for (const tab of [ada, cleo]) {
    await says(tab, second, { stored: 2, of: 3 }, 'not yet: Ben');
    await says(tab, first, { stored: 3, of: 3 }, '');
  }
  for (const [tab, size] of [[ada, 'wide'], [cleo, 'phone']]) {
    await check(tab, `a post that somebody lacks, ${size}`);
    await world.picture(`reach lacking ${size}`, tab);
  }

  await ada.page.reload();
  await ada.inRoom();
  await ada.linked(1);
  await says(ada, second, { stored: 2, of: 3 }, 'not yet: Ben');
  await says(ada, first, { stored: 3, of: 3 }, '');

  const back = await world.tab(context, 'Ben', link);
  assert.equal(await back.node(), node);
  for (const tab of [ada, cleo, back]) await says(tab, second, { stored: 3, of: 3 }, '');
  await world.picture('reach all wide', ada);
});

scenario('who is left alone reads so, and who of the members does not have it yet', async (world) => {
  const { context, link, tabs: [ada, ben] } = await world.room(['Ada', 'Ben']);
  const node = await ben.node();
  await ben.close();
  await isGone(ada, node);
  const post = await ada.compose('Where did you go?');
  await says(ada, post, { stored: 1, of: 2, alone: true }, 'only in this browser so far · not yet: Ben');
  const back = await world.tab(context, 'Ben', link);
  for (const tab of [ada, back]) await says(tab, post, { stored: 2, of: 2 }, '');

  // What he stored he has, also when nobody is there after a reload who would tell it again.
  const last = await ada.compose('Good night');
  await says(ada, last, { stored: 2, of: 2 }, '');
  await back.close();
  await isGone(ada, node);
  const late = await ada.compose('One more thing');
  await ada.page.reload();
  await ada.inRoom();
  await says(ada, late, { stored: 1, of: 2, alone: true }, 'only in this browser so far · not yet: Ben');
  for (const cid of [post, last]) await says(ada, cid, { stored: 2, of: 2 }, '');
});

scenario('tabs of one person count once', async (world) => {
  const { context, link, tabs: [ada, ben] } = await world.room(['Ada', 'Ben']);
  const home = await ada.node();
  const other = await world.tab(context, 'Ada again', link);
  await Promise.all([ada, ben, other].map((tab) => tab.linked(2)));
  const apart = await ben.compose('Two of you?');
  await says(ben, apart, { stored: 3, of: 3 }, '');
  await other.view('view-people');
  await other.at('person-card', { 'data-node': home }).getByTestId('also-me').click();
  await other.at('tab-talk').click();
  for (const tab of [ada, ben, other]) await says(tab, apart, { stored: 2, of: 2 }, '');
  const node = await other.node();
  await other.close();
  await ben.until('one tab of hers is left', async () => !(await ben.local()).present.some((it) => it.node === node && it.here !== 'gone'));
  const joined = await ben.compose('One of you.');
  for (const tab of [ada, ben]) await says(tab, joined, { stored: 2, of: 2 }, '');
});

scenario('of many who lack it the first are named and the others counted; who was not heard from for two weeks is not', async (world) => {
  const { tabs: [ada] } = await world.room(['Ada']);
  await ada.compose('first');
  const room = await exported(ada);
  const now = Date.now();
  const introduce = async (name, days) => {
    const one = newcomer(room);
    one.write(now - days * DAY, 'introduced', { name, strengths: [], hue: 1 });
    assert.equal((await take(ada, one.car())).admitted, 1);
  };
  for (const [at, days] of [1, 3, 5, 7, 13].entries()) await introduce(`Member ${at}`, days);
  for (const days of [15, 400]) await introduce(`Once ${days}`, days);
  const post = await ada.compose('Who reads this?');
  const reach = ada.shownPost(post).getByTestId('post-reach');
  await ada.until('it names three of five', async () =>
    /^only in this browser so far · not yet: (Member \d, ){2}Member \d and 2 more$/.test(await reach.textContent()),
  );
  assert.deepEqual(await reach.evaluate(({ dataset: { stored, of } }) => [stored, of]), ['1', '6']);
  await ada.page.setViewportSize({ width: 390, height: 844 });
  await check(ada, 'a post that many lack, phone');
  await world.picture('reach many phone', ada);
  for (const at of [5, 6, 7]) await introduce(`Member ${at}`, 2);
  await ada.until('beyond eight it is numbers', async () => / · 1 of 9 · not yet: .* and 5 more$/.test(await reach.textContent()));
  assert.equal(await reach.locator('.dots').count(), 0);
});
