// A retro of five who have only their hands: two laptops (one Firefox, by keyboard alone), two phones that tap, one who is late; one phone
// is locked for three minutes in the middle, and comes back. `window.paceline` only tells what is so.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { recordsWith } from '../e2e/lib/database.js';
import { found } from '../e2e/lib/middle.js';
import { PATIENCE, converged, until } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';
import { LOCKED, THERE, five, notes } from './five.js';

const NOTES = { Ada: 'the build is fast', Ben: 'reviews take days', Cleo: 'slow reviews again', Eva: 'the lift is broken' };
const inNote = (text) => ({ handle: 'note', text });

/** All that somebody at a tab, or a script there, could read. */
const all = async (it) =>
  JSON.stringify(await it.tab.state()) + (await it.tab.page.evaluate(() => document.documentElement.outerHTML));
/** Whether a text is in what somebody's browser stores, and in what it gives away as a file. */
const stores = (it, text) => recordsWith(it.tab.page, text);
const exports = async (it, text) => {
  const car = await it.tab.page.evaluate(async () => Array.from(await window.paceline.exportCar()));
  return Buffer.from(car).includes(text);
};

async function jots(it) {
  await it.write({ handle: 'round-answer' }, NOTES[it.name]);
  await it.press({ handle: 'round-answer-submit' });
  await it.sees({ handle: 'note-own', text: NOTES[it.name] });
}

scenario('five hold a retro by hand, one of them in Firefox by keyboard, one late, one with a phone that is locked', async (world) => {
  const { ada, ben, cleo, eva, first, late, seen } = await five(world, 'retro');
  const before = ada.presses;
  await ada.press({ handle: 'lobby-start' });
  world.log(`from the lobby to the first step in ${ada.presses - before} presses`);
  await Promise.all(first.map((it) => it.sees({ handle: 'round-answer' })));
  // One after the other: so they stand in the notes.
  for (const it of first) {
    await jots(it);
    await converged(first.map(({ tab }) => tab));
  }
  await until('four have written', async () => (await ada.look({ handle: 'round' })).attributes['data-answered'] === '4');
  await converged(first.map((it) => it.tab));
  for (const it of first) {
    const page = await all(it);
    for (const [name, text] of Object.entries(NOTES)) assert.equal(page.includes(text), name === it.name, `${it.name} reads what ${name} wrote`);
    for (const [name, text] of Object.entries(NOTES).filter(([name]) => name !== it.name)) {
      assert.equal(await stores(it, text), 0, `the database of ${it.name} has what ${name} wrote`);
      assert.equal(await exports(it, text), false, `the file of ${it.name} has what ${name} wrote`);
    }
  }
  assert.ok(seen.length > 10, 'they met through the relay');
  for (const text of Object.values(NOTES)) assert.deepEqual(found(seen, Buffer.from(text)), [], `the relay has read “${text}”`);

  // Eva's phone is locked from here on; Dan comes late.
  await eva.tab.page.freeze();
  const locked = Date.now();
  const dan = await late();
  const others = [ada, ben, cleo, dan];
  await dan.sees({ handle: 'round-done' });
  for (const it of others) await it.press({ handle: 'round-done' });
  await ben.write({ handle: 'round-answer' }, 'half a thou');
  await ada.press({ handle: 'round-reveal' });
  const began = Date.now();
  await cleo.sees({ handle: 'countdown' });
  for (const it of others) {
    for (const text of Object.values(NOTES)) await it.sees(inNote(text));
  }
  world.log(`all notes, those of the locked phone too, were there ${Date.now() - began} ms after the press`);
  assert.equal((await ben.look({ handle: 'round-answer' })).value, 'half a thou', 'what is half typed stays');
  // Now it can be found where it was looked for.
  assert.ok((await stores(cleo, NOTES.Ada)) > 0 && (await exports(cleo, NOTES.Ada)), 'what is shown is stored');

  await cleo.press({ handle: 'note-same', within: inNote(NOTES.Cleo) });
  await cleo.choose({ handle: 'theme-place', within: inNote(NOTES.Cleo) }, NOTES.Ben);
  for (const it of others) {
    await until('two are one', () => it.tab.page.evaluate(() => document.querySelectorAll('[data-testid="note"]').length === 3));
  }
  await ada.press({ handle: 'vote-start' });
  for (const it of others) await it.sees({ handle: 'dots-left', attributes: { 'data-left': '3' } });
  for (const note of [NOTES.Ben, NOTES.Ben, NOTES.Eva]) await cleo.press({ handle: 'dot-add', within: inNote(note) });
  await cleo.sees({ handle: 'dots-left', attributes: { 'data-left': '0' } });
  for (const note of [NOTES.Ben, NOTES.Eva]) await ben.press({ handle: 'dot-add', within: inNote(note) });
  await dan.press({ handle: 'dot-add', within: inNote(NOTES.Ada) });
  await until('three have voted', async () => (await ada.tab.state()).rounds.some((it) => it.totals && it.answered.length === 3));
  await ada.until('its button is ready', { handle: 'vote-end' }, (seen) => seen && !seen.attributes['aria-disabled']);
  await ada.press({ handle: 'vote-end' });
  const about = async (it) => (await it.look({ handle: 'talk' }))?.attributes['data-about'];
  const top = (await ada.sees({ handle: 'talk' })).attributes['data-about'];
  for (const it of others) await until('the same note everywhere', async () => (await about(it)) === top);
  const topmost = (await ada.look({ handle: 'talk' })).text;
  for (const text of [NOTES.Ben, NOTES.Cleo]) assert.ok(topmost.includes(text), `most votes: ${topmost}`);
  await ben.press({ handle: 'hand' });
  await cleo.until('the hand is up', { handle: 'hands' }, (it) => it?.text.includes('Ben'));
  await cleo.press({ handle: 'do-this' });
  await ada.sees({ handle: 'note-does', text: 'Cleo' });
  const next = (await ada.look({ handle: 'talk' })).attributes['data-next'];
  await ada.press({ handle: 'note-next' });
  for (const it of others) await until('it went on', async () => (await about(it)) === next);
  await dan.press({ handle: 'undo' });
  for (const it of others) await until('it is back', async () => (await about(it)) === top);

  // The phone is unlocked: it is where the others are.
  await pause(Math.max(0, LOCKED - (Date.now() - locked)));
  await eva.tab.page.unlock();
  await until('Eva is where the others are', async () => (await about(eva)) === top, 2 * PATIENCE);
  const everybody = [...others, eva];
  for (let left = 2; left > 0; left -= 1) {
    const now = await about(ada);
    await until('its button is ready', async () => !(await ada.look({ handle: 'note-next' })).attributes['aria-disabled']);
    await ada.press({ handle: 'note-next' });
    for (const it of everybody) await until('it went on', async () => (await about(it)) !== now);
  }
  await ada.press({ handle: 'meeting-close' });
  for (const it of everybody) await it.sees({ handle: 'meeting', attributes: { 'data-state': 'closed' } });
  const { digest } = await converged(everybody.map((it) => it.tab));
  assert.equal(
    await notes(everybody),
    `${THERE}
## What was good, what was bad, what is an idea?

- **Ada**: ${NOTES.Ada}
- **Ben**: ${NOTES.Ben}
  - **Cleo**: ${NOTES.Cleo}
- **Eva**: ${NOTES.Eva}

## What do we talk about first?

- 3: ${NOTES.Ben}
- 2: ${NOTES.Eva}
- 1: ${NOTES.Ada}

## Promises

- **Cleo**: ${NOTES.Ben} (by DAY)

## Roles

- Runs the retro
  - **Ada** TIME to TIME
`,
  );
  world.log(`one digest, ${digest.slice(0, 8)}; the phone was locked for ${Math.round((Date.now() - locked) / 1000)} s or less`);
  await world.picture('retro of five');
});
