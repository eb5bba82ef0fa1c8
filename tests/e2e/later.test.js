// What a message becomes: its menu, and keeping it for later. A laptop, a tab by keyboard alone, a phone by tap.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { crew } from './lib/crew.js';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const WORDS = 'The crane on the north quay drops oil';

const mark = (tab, cid) => tab.shownPost(cid).locator('.signal').filter({ hasText: 'For later' });
const notice = (tab) => tab.page.locator('.undo').filter({ hasText: WORDS });
const backlog = async (tab) => (await tab.state()).backlog;
const focused = (tab) => tab.page.evaluate(() => document.activeElement?.dataset.testid ?? null);

/** Goes to a post by its single keys. */
async function goTo(tab, cid) {
  await tab.until('the post has the keyboard', async () => {
    await tab.page.keyboard.press('k');
    return tab.page.evaluate((cid) => document.activeElement?.dataset.cid === cid, cid);
  });
}

/** Presses Tab until something has the keyboard. */
async function tabTo(tab, handle) {
  for (let presses = 0; presses < 20; presses += 1) {
    if ((await focused(tab)) === handle) return;
    await tab.page.keyboard.press('Tab');
  }
  assert.fail(`the Tab key never reaches ${handle}`);
}

scenario('a message is kept for later by one press, on all tabs, and let go again by who did it or another', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  const cid = await ada.compose(WORDS);
  await cleo.shownPost(cid).getByTestId('talk-later').tap();
  for (const tab of tabs) {
    await mark(tab, cid).filter({ hasText: 'Cleo' }).waitFor();
    await notice(tab).waitFor();
  }
  await notice(ada).filter({ hasText: 'Cleo' }).waitFor();
  const [item] = await backlog(ben);
  assert.deepEqual([item.about, item.title], [cid, WORDS]);
  // Side by side: it can be undone for ten seconds.
  await Promise.all([ada, cleo].map((tab) => check(tab, `kept for later, ${tab.name}`)));
  for (const tab of [ada, cleo]) await world.picture(`later kept ${tab.name}`, tab);
  await notice(cleo).getByTestId('undo').tap();
  for (const tab of tabs) await mark(tab, cid).waitFor({ state: 'detached' });
  await converged(tabs);
  assert.deepEqual(await backlog(ada), []);

  // By keyboard alone, and let go by somebody else.
  await goTo(ben, cid);
  await ben.page.keyboard.press('t');
  for (const tab of tabs) await mark(tab, cid).filter({ hasText: 'Ben' }).waitFor();
  await notice(ada).getByTestId('undo').click();
  for (const tab of tabs) await mark(tab, cid).waitFor({ state: 'detached' });
  assert.deepEqual(await backlog(cleo), []);
});

scenario('words that are taken back are nowhere in what is for later', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  const cid = await ada.compose(WORDS);
  await cleo.shownPost(cid).getByTestId('talk-later').tap();
  for (const tab of tabs) await mark(tab, cid).waitFor();
  await ben.shownPost(cid).getByTestId('talk-later').click();
  await ben.at('notice', { 'data-code': 'for-later' }).waitFor();
  await ada.actOn(cid, 'post-retract');
  for (const tab of tabs) await tab.shownPost(cid).and(tab.page.locator('.retracted')).waitFor();
  await converged(tabs);
  for (const tab of tabs) {
    await tab.until('nothing on the screen says it', async () => {
      const shown = await tab.page.evaluate(() => {
        const all = document.body.cloneNode(true);
        for (const field of all.querySelectorAll('textarea')) field.remove();
        return all.textContent;
      });
      return !shown.includes('north quay');
    });
    assert.deepEqual(
      (await backlog(tab)).map((it) => [it.about, it.title]),
      [[cid, '']],
    );
    assert.ok(!JSON.stringify(await tab.state()).includes('north quay'));
  }
  const log = await ben.page.evaluate(async () => new TextDecoder('latin1').decode(await window.paceline.exportCar()));
  assert.ok(!log.includes('north quay'), 'the log has the words nowhere');
});

scenario('a message’s menu: what is done most stands there, the rest one press further; Escape gives the keyboard back', async (world) => {
  const { ada, ben, cleo } = await crew(world, 'blank');
  const cid = await ada.compose('Somebody should oil the crane', 'need');
  const rest = ['feedback-build-on', 'feedback-question', 'feedback-concern', 'feedback-correct'];
  const shown = cleo.shownPost(cid);
  await shown.getByTestId('talk-later').waitFor();
  for (const handle of rest) assert.equal(await shown.getByTestId(handle).isVisible(), false, handle);
  await shown.getByTestId('post-more').tap();
  for (const handle of rest) await shown.getByTestId(handle).waitFor();
  await shown.getByRole('button', { name: 'New role' }).waitFor();
  const sizes = await shown.locator('.post-actions button').evaluateAll((all) => all.map((it) => it.getBoundingClientRect()).map((it) => [it.width, it.height]));
  for (const [width, height] of sizes) assert.ok(width >= 44 && height >= 44, `${width} × ${height}`);
  await check(cleo, 'the menu of a message, phone');
  await world.picture('later menu phone', cleo);
  await shown.getByTestId('feedback-question').tap();
  await shown.getByTestId('feedback-text').waitFor();

  await goTo(ben, cid);
  await tabTo(ben, 'post-more');
  await ben.page.keyboard.press('Enter');
  await ben.shownPost(cid).getByTestId('feedback-concern').waitFor();
  await check(ben, 'the menu of a message, wide');
  await world.picture('later menu wide', ben);
  await tabTo(ben, 'feedback-concern');
  await ben.page.keyboard.press('Escape');
  await ben.shownPost(cid).getByTestId('feedback-concern').waitFor({ state: 'hidden' });
  assert.equal(await focused(ben), 'post-more');
  // Single keys go past it.
  await ben.page.keyboard.press('c');
  await ben.shownPost(cid).getByTestId('feedback-text').waitFor();
});
