// A room that is more than a tab takes without asking: it stops there, says so, and does what its person chooses.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { exported, newcomer, take } from './lib/newcomer.js';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const POSTS = 800;
/** What a tab takes without asking, by a setting of its browser; by default it is far more than a test can write. */
const MOST = 200;

const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

/** A room of so many posts in one tab, which takes them whatever its browser says now, and its link. */
async function large(world) {
  const { context, link, tabs } = await world.room(['Ada']);
  const [ada] = tabs;
  await ada.post('first');
  const zoe = newcomer(await exported(ada));
  const { at } = (await ada.state()).posts[0];
  zoe.write(at, 'introduced', { name: 'Zoe', strengths: [], hue: 4 });
  for (let nth = 0; nth < POSTS; nth += 1) zoe.write(at, 'posted', { kind: 'update' }, `post number ${nth}`);
  assert.deepEqual((await take(ada, zoe.car())).refused, {});
  await ada.page.evaluate((most) => {
    const folder = new URL('.', document.location).pathname;
    localStorage.setItem(`paceline setting ${folder} most-events`, String(most));
  }, MOST);
  return { context, link, ada };
}

/** Somebody comes, to whom it is too much. */
async function comer(world, context, link) {
  const ben = await world.tab(context, 'Ben', link);
  await ben.until('the room is too much', async () => (await ben.status()).full);
  await ben.at('amount', { 'data-takes': 'until-full' }).waitFor();
  return ben;
}

async function looks(world, tab, screen) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await tab.page.setViewportSize(viewport);
    await check(tab, `${screen}, ${size}`);
    for (const colorScheme of ['light', 'dark']) {
      await tab.page.emulateMedia({ colorScheme });
      await world.picture(`${size} ${colorScheme} ${screen}`, tab);
    }
  }
  await tab.page.emulateMedia({ colorScheme: 'light' });
  await tab.page.setViewportSize(SIZES.wide);
}

const focused = (tab) => tab.page.evaluate(() => document.activeElement?.dataset.testid);

/** Goes there with the keyboard alone, and presses it. */
async function press(tab, handle, key) {
  for (let steps = 0; steps < 20 && (await focused(tab)) !== handle; steps += 1) await tab.page.keyboard.press(key);
  assert.equal(await focused(tab), handle, `${handle} is reached by keyboard`);
  await tab.page.keyboard.press('Enter');
}

const choose = async (tab, takes) => {
  await tab.view('view-settings');
  await tab.at('takes').selectOption(takes);
  await tab.until(`takes ${takes}`, async () => (await tab.status()).takes === takes);
};
const unchecked = (tab, cid) => tab.at('post', { 'data-cid': cid, 'data-checked': 'false' });

scenario('of a room that is too large so much is taken, and then the newest part, all, or nothing more', async (world) => {
  const { context, link, ada } = await large(world);
  const ben = await comer(world, context, link);
  const { events, state, takes } = await ben.status();
  assert.ok(events >= MOST && events < POSTS, `${events} events`);
  assert.deepEqual([state, takes], ['partial', 'until-full']);
  await ben.at('connection-state', { 'data-state': 'partial' }).waitFor();
  await looks(world, ben, 'too large');

  // The newest part, by keyboard: the newest page, and what is said from now on; what builds on something missing says so.
  await ben.at('composer-text').focus();
  await press(ben, 'take-newest', 'Shift+Tab');
  await ben.at('amount', { 'data-takes': 'newest' }).waitFor();
  assert.equal(await focused(ben), 'amount', 'the keyboard stays where it was');
  const live = await ada.post('said just now');
  await unchecked(ben, live).waitFor();
  await unchecked(ben, live).locator('.mark').waitFor();
  await ben.at('post', { 'data-checked': 'false' }).filter({ hasText: `post number ${POSTS - 1}` }).waitFor();
  await looks(world, ben, 'newest part');
  // What is said here reaches the others all the same.
  const own = await ben.post('I read along');
  await ada.has(own);

  // It is this browser's choice, and holds when the page is opened again.
  await ben.page.reload();
  await ben.inRoom();
  await ben.at('amount', { 'data-takes': 'newest' }).waitFor();
  await unchecked(ben, live).waitFor();
  const still = await ben.status();
  assert.deepEqual([still.takes, still.full], ['newest', true]);
  assert.ok(still.events < POSTS, `${still.events} events`);

  // Settings change it: all of it, however large.
  await choose(ben, 'all');
  await ben.at('amount').waitFor({ state: 'detached' });
  await converged([ada, ben]);
  await ben.linked(1);
  assert.equal((await ben.status()).full, true);
});

scenario('who only reads a room that is too large takes nothing more and says nothing; or leaves it', async (world) => {
  const { context, link, ada } = await large(world);
  const ben = await comer(world, context, link);
  const before = (await ben.status()).events;
  await ben.at('take-nothing').click();
  await ben.at('amount', { 'data-takes': 'nothing' }).waitFor();
  await ben.at('composer-text').waitFor({ state: 'detached' });
  await looks(world, ben, 'only read');
  await assert.rejects(ben.post('not me'), { code: 'read-only' });
  const missed = await ada.post('not for everybody');
  const node = await ada.node();
  // Its goodbye comes after whatever it said.
  await ada.close();
  await ben.at('person', { 'data-node': node, 'data-here': 'gone' }).waitFor({ state: 'attached' });
  const after = await ben.status();
  assert.deepEqual([after.events, after.takes], [before, 'nothing']);
  assert.ok(!(await ben.state()).posts.some((post) => post.cid === missed));
  assert.equal(await ben.shownPost(missed).count(), 0);

  // It asks again, when that is wanted; who leaves may keep what is stored, or not.
  await ben.at('amount-change').click();
  await ben.at('takes').selectOption('until-full');
  await ben.at('take-leave').click();
  await world.picture('too large, leaving', ben);
  await check(ben, 'leaving');
  await ben.at('leave-keep').click();
  await ben.at('start').waitFor();
  assert.equal((await ben.status()).room, null);
  await ben.at('my-rooms').locator('a').click();
  await ben.inRoom();
  assert.equal((await ben.status()).events, before, 'what was stored stays');
  await ben.at('take-leave').click();
  await ben.at('leave-remove').click();
  await ben.at('start').waitFor();
  await ben.at('my-rooms').locator('.empty').waitFor();
});
