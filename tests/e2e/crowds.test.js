// Others can fill any list: what is drawn of it is bounded, how many there are beyond is said, and a press shows more.
import assert from 'node:assert/strict';
import { decode } from '../fixtures/events.js';
import { exported, newcomer, take } from './lib/newcomer.js';
import { scenario } from './lib/world.js';

/** More elements than this no room of these has, whoever fills it. */
const MOST = 12_500;
/** As in `src/components/more.rs`. */
const [SHOWN, WITHIN, LINES] = [50, 10, 12];
const MANY = 400;

const elements = (tab) => tab.page.evaluate(() => document.querySelectorAll('*').length);
const given = (target, stance) => ({ target, stance });

/**
 * What a member writes to fill a list, and what is drawn then: `[write, selector, least, most]`. Each goes on with the room as the one
 * before left it.
 */
const CROWDS = {
  'corrections of one post': [
    (zoe, at, { post }) => {
      for (let nth = 0; nth < MANY; nth += 1) zoe.write(at, 'feedback-given', given(post.link, 'correct'), `no, ${nth}`);
    },
    '.said-here .loop',
    WITHIN,
    WITHIN,
  ],
  'promises from one post': [
    (zoe, at, { post }) => {
      for (let nth = 0; nth < MANY; nth += 1) zoe.write(at, 'promised', { from: post.link }, `I will, ${nth}`);
    },
    '.said-here .signal',
    WITHIN,
    WITHIN,
  ],
  'terms of one baton, and what does not count': [
    (zoe, at) => {
      const baton = zoe.write(at, 'baton-opened', { title: 'To and fro' }).link;
      let tip = baton;
      for (let nth = 0; nth < MANY; nth += 1) {
        tip = zoe.write(at, 'baton-taken', { baton, tip }).link;
        if (nth < MANY - 1) tip = zoe.write(at, 'baton-released', { baton, tip, note: `enough, ${nth}` }).link;
      }
      for (let nth = 0; nth < MANY; nth += 1) zoe.write(at, 'baton-taken', { baton, tip: baton });
    },
    '.term, .ignored > li',
    2 * LINES,
    2 * LINES,
  ],
  'what is told between two posts': [() => {}, '.said-here .handoff', LINES, LINES],
  batons: [
    (zoe, at) => {
      for (let nth = 0; nth < MANY; nth += 1) zoe.write(at, 'baton-opened', { title: `Lead ${nth}` });
    },
    '.baton',
    SHOWN,
    SHOWN,
  ],
  people: [
    (zoe, at, { room }) => {
      const others = Array.from({ length: MANY }, () => newcomer(room));
      others.forEach((it, nth) => it.write(at, 'introduced', { name: `P ${nth}`, strengths: [], hue: 1 }));
      zoe.all.push(...others.flatMap((it) => it.all));
    },
    '[data-testid="person"]',
    LINES,
    SHOWN,
  ],
  'asks, beside promises': [
    (zoe, at, { ada }) => {
      for (let nth = 0; nth < MANY; nth += 1) zoe.write(at, 'asked', { node: ada }, `please, ${nth}`);
    },
    '.promise',
    2 * SHOWN,
    2 * SHOWN,
  ],
};

/** Two bytes may be an element. */
const PIECES = ['-\n', '# a\n', '*a* ', '***\n', '[', 'a\n', 'a@b.cd '];

scenario('of whatever others fill, a bounded part is drawn, and the rest is said and can be had', async (world) => {
  const { tabs } = await world.room(['Ada']);
  const [ada] = tabs;
  await ada.post('first');
  const room = await exported(ada);
  const zoe = newcomer(room);
  const { at } = (await ada.state()).posts[0];
  zoe.write(at, 'introduced', { name: 'Zoe', strengths: [], hue: 4 });
  const post = zoe.write(at, 'posted', { kind: 'update' }, 'something to speak of');
  const [, founding] = room.blocks.find(([link]) => String(link) === String(room.root));
  await take(ada, zoe.car());
  await ada.view('view-promises');
  const about = { post, room, ada: decode(founding).author };
  const drawn = {};
  const fill = async (name, [write, selector, least, most]) => {
    write(zoe, at, about);
    if (zoe.all.length > 0) {
      const { admitted, refused } = await take(ada, zoe.car());
      assert.deepEqual([admitted > 0, refused], [true, {}], name);
    }
    const count = () => ada.page.locator(selector).count();
    await ada.until(`${name}: ${least} are drawn`, async () => (await count()) >= least);
    drawn[name] = [await count(), await elements(ada)];
    assert.ok(drawn[name][0] <= most, `${name}: ${drawn[name][0]} of ${selector}, ${most} at most`);
    assert.ok(drawn[name][1] <= MOST, `${name}: ${drawn[name][1]} elements, ${MOST} at most`);
  };
  for (const [name, crowd] of Object.entries(CROWDS)) await fill(name, crowd);
  await world.picture('crowds', ada);
  assert.equal(await ada.page.locator('.view .button:not(.plain)').count(), 1, 'one button is filled');

  // What is not drawn is counted, and comes when it is asked for; reading goes on with the first of it.
  const more = ada.page.locator('.batons > .more button');
  assert.match(await more.innerText(), new RegExp(`^Show ${SHOWN} of ${MANY + 1 - SHOWN} more$`));
  await more.focus();
  await ada.page.keyboard.press('Enter');
  await ada.until('more batons are drawn', async () => (await ada.at('baton').count()) === 2 * SHOWN);
  const reads = () => ada.at('baton').nth(SHOWN).evaluate((it) => it === document.activeElement);
  await ada.until('the first of them has the keyboard', reads);
  const loops = ada.shownPost(post.cid).locator('.loop');
  await ada.shownPost(post.cid).getByTestId('more').first().click();
  await ada.until('more corrections are drawn', async () => (await loops.count()) === WITHIN + SHOWN);

  await fill('words in thousands of elements', [
    () => {
      for (let nth = 0; nth < 28; nth += 1) {
        zoe.write(at, 'posted', { kind: 'update' }, `${nth} `.padEnd(16_000, PIECES[nth % PIECES.length]));
      }
    },
    '.post-text *',
    100,
    28 * 2 * 300,
  ]);
  console.log(`drawn of each crowd, and elements in all: ${JSON.stringify(drawn)}`);
  const long = ada.page.locator('.post-text', { has: ada.at('more') }).last();
  const cid = await long.evaluate((it) => it.closest('.post').dataset.cid);
  const text = ada.shownPost(cid).getByTestId('post-text');
  const words = await text.innerText();
  assert.match(words, /Show the rest \(\d+ characters\)/);
  await text.getByTestId('more').click();
  await ada.until('the rest is drawn', async () => (await text.getByTestId('more').count()) === 0);
  assert.ok((await text.innerText()).length > words.length, 'and what was there stays');
  await world.picture('crowds words', ada);
});

/** As in `src/components/more.rs`. */
const OF_NEW = 20;

scenario('what a new key says in a row is one line beyond a bound, for who was here before; a press shows it', async (world) => {
  const { context, link, tabs } = await world.room(['Ada', 'Ben']);
  const [ada] = tabs;
  await ada.post('first');
  // Who opens a room again knows those who are in it.
  await ada.page.reload();
  await ada.inRoom();
  for (let nth = 0; nth < OF_NEW + 5; nth += 1) await ada.post(`said by Ada, ${nth}`);
  const zoe = newcomer(await exported(ada));
  const { at } = (await ada.state()).posts[0];
  zoe.write(at, 'introduced', { name: 'Zoe', strengths: [], hue: 4 });
  const said = [];
  for (let nth = 0; nth < 2 * OF_NEW; nth += 1) said.push(zoe.write(at, 'posted', { kind: 'update' }, `bargain ${nth}`).cid);
  assert.deepEqual((await take(ada, zoe.car())).refused, {});
  const bargains = ada.at('post').filter({ hasText: /bargain/ });
  const lines = ada.at('more-from');
  await ada.until('the rest is folded', async () => (await bargains.count()) === OF_NEW && (await lines.count()) > 0);
  const counts = (await lines.allInnerTexts()).map((text) => Number(text.match(/^(\d+) more from Zoe: show$/)[1]));
  assert.equal(counts.reduce((sum, count) => sum + count, 0), OF_NEW, `${counts}`);
  await lines.last().scrollIntoViewIfNeeded();
  await world.picture('folded', ada);
  await lines.first().focus();
  await ada.page.keyboard.press('Enter');
  await ada.until('some more are drawn', async () => (await bargains.count()) === OF_NEW + counts[0]);
  const reads = () => ada.shownPost(said[OF_NEW]).evaluate((it) => it === document.activeElement);
  await ada.until('the first of them has the keyboard', reads);
  // Nothing is folded for who has just come, to whom all are new.
  const cleo = await world.tab(context, 'Cleo', link);
  await cleo.linked(2);
  await cleo.shownPost(said.at(-1)).waitFor();
  assert.equal(await cleo.at('more-from').count(), 0);
});
