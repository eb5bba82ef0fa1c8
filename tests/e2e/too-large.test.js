// A room that is too much for a tab: it stops, asks, and does what is chosen; Settings changes that later.
import assert from 'node:assert/strict';
import { hasDatabase } from './lib/database.js';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const POSTS = 400;
const MOST = 40;

/** Ada has said much; Ben's tab takes in less without asking. */
async function large(world) {
  const room = await world.room(['Ada']);
  const [ada] = room.tabs;
  await ada.page.evaluate(
    async ([count, most]) => {
      for (let n = 0; n < count; n += 1) await window.paceline.post({ text: `post number ${n}` });
      const setting = Object.keys(localStorage).find((name) => name.startsWith('paceline setting '));
      const page = setting.slice(0, setting.lastIndexOf(' '));
      localStorage.setItem(`${page} room-most`, `${most} 100000000`);
    },
    [POSTS, MOST],
  );
  const ben = await world.tab(room.context, 'Ben', room.link);
  await ben.at('too-much').waitFor();
  return { ...room, ada, ben };
}

const press = async (tab, handle) => {
  await tab.at(handle).focus();
  await tab.page.keyboard.press('Enter');
};

const LOOKS = [
  ['light', { width: 1280, height: 800 }],
  ['dark', { width: 1280, height: 800 }],
  ['light', { width: 390, height: 844 }],
  ['dark', { width: 390, height: 844 }],
];

async function pictures(world, tab, what) {
  for (const [colorScheme, size] of LOOKS) {
    await tab.page.emulateMedia({ colorScheme });
    await tab.page.setViewportSize(size);
    await world.picture(`${what} ${colorScheme} ${size.width}`, tab);
  }
  await tab.page.setViewportSize(LOOKS[0][1]);
}

scenario('who takes the newest part reads what is said from then on, then only reads, then takes all', async (world) => {
  const { ada, ben } = await large(world);
  const asked = await ben.status();
  assert.deepEqual([asked.takes, asked.full, asked.state], ['until-full', true, 'partial']);
  assert.ok(asked.events >= MOST && asked.events < POSTS, `${asked.events} events`);
  await pictures(world, ben, 'too large');

  await press(ben, 'take-newest');
  await ben.at('taking', { 'data-takes': 'newest' }).waitFor();
  const live = await ada.post('said from now on');
  await ben.at('post', { 'data-cid': live, 'data-checked': 'false' }).filter({ hasText: 'said from now on' }).waitFor();
  const own = await ben.compose('heard');
  await ada.has(own);
  assert.equal((await ben.status()).takes, 'newest');
  await pictures(world, ben, 'newest part');

  await ben.page.reload();
  await ben.inRoom();
  await ben.at('taking', { 'data-takes': 'newest' }).waitFor();
  await press(ben, 'taking-change');
  await ben.at('take-choice').selectOption('nothing');
  await ben.at('taking', { 'data-takes': 'nothing' }).waitFor();
  await ben.at('composer-text').waitFor({ state: 'detached' });
  await assert.rejects(ben.post('nobody hears this'), { code: 'read-only' });
  const late = await ada.post('while Ben only read');
  await pictures(world, ben, 'only read');

  await ben.at('take-choice').selectOption('all');
  await ben.has(late);
  await ben.has(live);
  const { posts } = await converged([ada, ben]);
  assert.equal(posts.length, POSTS + 3);
  assert.equal((await ben.status()).takes, 'all');
});

scenario('who leaves a room that is too large keeps what is stored, or removes it', async (world) => {
  const { ben, context, link } = await large(world);
  const node = await ben.node();
  await press(ben, 'take-nothing');
  await ben.at('taking', { 'data-takes': 'nothing' }).waitFor();
  await press(ben, 'taking-change');
  await ben.at('take-choice').selectOption('until-full');
  await ben.at('too-much').waitFor();
  await press(ben, 'leave-large');
  await press(ben, 'leave-large-keep');
  await ben.at('start').waitFor();
  assert.ok(await hasDatabase(ben.page, node));
  await ben.close();
  const again = await world.tab(context, 'Ben again', link);
  await again.at('too-much').waitFor();
  assert.equal(await again.node(), node);
  await press(again, 'leave-large');
  await press(again, 'leave-large-remove');
  await again.at('start').waitFor();
  await again.until('what was stored is gone', async () => !(await hasDatabase(again.page, node)));
});
