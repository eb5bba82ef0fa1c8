// Show me: a stand-up with three whom the page plays, in a room that is nowhere but in its memory.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { frame } from './lib/crew.js';
import { contents } from './lib/database.js';
import { PATIENCE } from './lib/tab.js';
import { scenario } from './lib/world.js';

const practice = (tab) => tab.call('practice');
const turnOf = (tab) => tab.at('turn').getAttribute('data-now');

/** The bytes of a digest in a CID, as `contents` writes bytes. */
function bytesIn(cid) {
  const bits = [...cid.slice(1)].map((letter) => 'abcdefghijklmnopqrstuvwxyz234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2));
  return bytes.slice(-32).join(' ');
}

/** All that this origin keeps: databases, what is beside them, files. */
async function kept(page) {
  const databases = await contents(page);
  const beside = await page.evaluate(async () => {
    const files = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) files.push(name);
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, await caches.keys(), files]);
  });
  const names = databases.map((it) => JSON.parse(it)).map(([name, , store, keys]) => [name, store, keys]);
  return { text: databases.join('\n') + beside, names, beside };
}

/** Which of these stand anywhere in what is kept. */
const traces = ({ text }, words) => words.filter((it) => text.includes(it));

/** All who practise hold the same, and each has checked what the others signed. */
const agreed = (tab, count) =>
  tab.until(`${count} practise and agree`, async () => {
    const { nodes } = await practice(tab);
    const same = nodes.every((it) => it.digest === nodes[0].digest && it.events === nodes[0].events);
    return nodes.length === count && same && nodes;
  });

async function founded(world, options = {}) {
  const context = await world.browser({ hasTouch: true, ...options });
  const tab = await world.tab(context, 'Ada');
  await tab.found({ title: 'Crew', form: 'stand-up' });
  await tab.at('name-input').fill('Ada');
  await tab.at('name-submit').click();
  await tab.at('practice-start').waitFor();
  return tab;
}

/** Goes on with the Tab key until the keyboard is at that button, and presses it. */
async function press(tab, handle) {
  const at = () => tab.page.evaluate(() => document.activeElement?.closest('[data-testid]')?.dataset.testid ?? '');
  for (let steps = 0; steps < 200 && (await at()) !== handle; steps += 1) await tab.page.keyboard.press('Tab');
  assert.equal(await at(), handle, 'the keyboard reaches it');
  await tab.page.keyboard.press('Enter');
}

/** Passes turns on until all have spoken: the own one, and those of who is gone. */
async function passTurns(tab, mine, next) {
  await tab.until('all have spoken', async () => {
    const now = await turnOf(tab);
    const ready = !(await tab.at('turn-next').getAttribute('aria-disabled', { timeout: 1000 }).catch(() => 'gone'));
    if (now !== null && ready && mine.includes(now)) await next();
    return now === null;
  });
}

scenario('three whom the page plays hold a stand-up with who is alone, and nothing of it is kept', async (world) => {
  const tab = await founded(world);
  const own = (await tab.status()).room;
  const link = await tab.page.evaluate(() => location.href);
  const before = await kept(tab.page);
  assert.equal(traces(before, [own, bytesIn(own)]).length, 2, 'what is kept of a room is found');

  await tab.at('practice-start').click();
  await tab.at('practice').waitFor();
  const { room, nodes } = await practice(tab);
  assert.equal(nodes.length, 4);
  const me = nodes[0].node;
  assert.equal(await tab.page.evaluate(() => location.href), link, 'a reload leads to the own room');
  // Nobody presses anything: the card comes by itself.
  await tab.at('turn').waitFor({ timeout: PATIENCE });
  await tab.at('round').filter({ hasText: 'Done' }).getByTestId('round-answer').fill('Ada has painted');
  await tab.at('round').filter({ hasText: 'Done' }).getByTestId('round-answer-submit').click();
  const wrote = tab.at('round-result').filter({ hasNotText: 'Ada has painted' });
  await tab.until('all others wrote', async () => (await wrote.count()) === 7);
  assert.notEqual(await tab.at('bar').getAttribute('data-runs'), me, 'one of the three runs it');
  assert.ok((await tab.page.locator('[data-primary="true"]').count()) <= 1, 'one filled button at most');
  await check(tab, 'practice, wide');
  await world.picture('practice wide', tab);
  await tab.page.setViewportSize({ width: 390, height: 844 });
  await tab.page.emulateMedia({ colorScheme: 'dark' });
  await check(tab, 'practice, phone');
  await world.picture('practice phone', tab);
  assert.ok((await frame(tab)) <= 0.25, `${await frame(tab)} of a phone is frame`);

  await passTurns(tab, [me], () => tab.at('turn-next').tap());
  await tab.at('meeting', { 'data-state': 'closed' }).waitFor({ timeout: PATIENCE });
  for (const { events, others, checked, refused } of await agreed(tab, 4)) {
    assert.ok(others > 0 && others < events, 'others wrote, and so did it');
    assert.ok(checked >= others, 'it has checked each signature');
    assert.deepEqual(refused, {});
  }
  assert.equal((await tab.status()).room, own, 'the own room is open beneath it');

  const words = [room, bytesIn(room), ...nodes.map((it) => it.node), 'Ada has painted', 'ladder'];
  const during = await kept(tab.page);
  assert.deepEqual(traces(during, words), []);
  await tab.at('practice-leave').tap();
  await tab.at('practice').waitFor({ state: 'detached' });
  await tab.until('the own room stands there', async () => (await tab.at('room-title').textContent()) === 'Crew');
  assert.equal((await practice(tab)).room, null);
  const after = await kept(tab.page);
  assert.deepEqual(traces(after, words), []);
  assert.deepEqual(after.names, before.names);
  assert.equal(after.beside, before.beside);
});

scenario('who leads in practice vanishes, is noticed as anybody is, and by key alone somebody takes over', async (world) => {
  const tab = await founded(world);
  await press(tab, 'practice-start');
  await tab.at('turn').waitFor({ timeout: PATIENCE });
  const { nodes } = await practice(tab);
  const me = nodes[0].node;
  const led = await tab.until('one of the three leads', () => tab.at('bar').getAttribute('data-runs'));
  assert.ok(nodes.slice(1).some((it) => it.node === led));
  await tab.at('person', { 'data-node': led, 'data-here': 'here' }).waitFor();
  assert.equal(await tab.at('baton-step-in').count(), 0, 'who is here is not pushed aside');

  await press(tab, 'practice-break');
  await tab.at('person', { 'data-node': led, 'data-here': 'gone' }).waitFor({ timeout: PATIENCE });
  await tab.at('baton-step-in').waitFor({ timeout: PATIENCE });
  await check(tab, 'practice, broken');
  await world.picture('practice broken', tab);
  await press(tab, 'baton-step-in');
  await tab.at('bar', { 'data-runs': me }).waitFor({ timeout: PATIENCE });

  await passTurns(tab, [me, led], () => press(tab, 'turn-next'));
  await press(tab, 'meeting-close');
  await tab.at('meeting', { 'data-state': 'closed' }).waitFor({ timeout: PATIENCE });
  const left = await agreed(tab, 3);
  assert.ok(left.every((it) => it.node !== led));
  await press(tab, 'practice-leave');
  await tab.at('practice').waitFor({ state: 'detached' });
  await tab.until('the keyboard is where it began', () =>
    tab.page.evaluate(() => document.activeElement?.dataset.testid === 'practice-start'),
  );
});

scenario('who practises hears of who comes into the own room, and whoever goes elsewhere practises no more', async (world) => {
  const tab = await founded(world);
  await tab.at('practice-start').click();
  await tab.at('practice').waitFor();
  const guest = await world.tab(tab.page.context(), 'Ben', await tab.page.evaluate(() => location.href));
  await tab.linked(1);
  await tab.at('notice', { 'data-code': 'practice-visited' }).waitFor();
  assert.equal(await guest.at('practice-start').count(), 0, 'who is not alone is offered none');
  await tab.call('leave');
  await tab.at('start').waitFor();
  assert.equal((await practice(tab)).room, null);
});
