// A stand-up of five who have only their hands, cut in two in the middle: on each side it goes on, and once they are one again there is one
// meeting, one turn and one set of notes. `window.paceline` only tells what is so.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE, converged, until } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';
import { LOCKED, SILENT, THERE, five, notes, together, turn, writes } from './five.js';

/** Off the network by the switch in Settings, or on it again; and back to the meeting. */
async function switches(it) {
  await it.press({ handle: 'tab-more' });
  await it.press({ handle: 'view-settings' });
  await it.press({ handle: 'offline-switch' });
  await it.press({ handle: 'tab-meeting' });
  await it.sees({ handle: 'turn' });
}

async function passesOn(it) {
  await it.until('its button is ready', { handle: 'turn-next' }, (seen) => seen && !seen.attributes['aria-disabled']);
  await it.press({ handle: 'turn-next' });
}

scenario('five hold a stand-up by hand, one in Firefox by keyboard, one late, one whose phone is locked, cut in two in the middle', async (world) => {
  const { ada, ben, cleo, eva, first, late } = await five(world, 'stand-up');
  await ada.press({ handle: 'lobby-start' });
  assert.ok(ada.presses <= 2 + 2, `the tile, the name, and Start: ${ada.presses} presses`);
  await Promise.all(first.map((it) => it.sees({ handle: 'turn' })));
  await together(first, 'the same turn everywhere');
  const people = new Map(await Promise.all(first.map(async (it) => [await it.tab.node(), it])));
  for (const it of first) await writes(it, 'Done', `${it.name} has painted`);
  await writes(cleo, 'Stuck', 'no long brushes');
  await ben.press({ handle: 'do-this', within: { handle: 'round-result', text: 'no long brushes' } });
  await together(first, 'the same turn and the same time left everywhere');

  // Eva's phone is locked, and Dan comes late.
  await eva.tab.page.freeze();
  const locked = Date.now();
  const dan = await late();
  await dan.sees({ handle: 'turn' });
  people.set(await dan.tab.node(), dan);
  const others = [ada, ben, cleo, dan];
  const { now, next } = await together(others, 'the same turn for who is late');

  // Whose page does not speak any more keeps its place: passed on, it comes at the end.
  await pause(Math.max(0, SILENT - (Date.now() - locked)));
  // Two press at once: one step. One takes it back, for all.
  const pointing = others.filter((it) => it.way !== 'keys');
  await Promise.all(pointing.map((it) => it.until('its button is ready', { handle: 'turn-next' }, (seen) => seen && !seen.attributes['aria-disabled'])));
  const both = await Promise.all(pointing.slice(0, 2).map((it) => it.aim({ handle: 'turn-next' })));
  await Promise.all(both.map((press) => press()));
  await Promise.all(others.map((it) => until('it moved on', async () => (await turn(it))?.now !== now)));
  assert.equal((await together(others, 'one step')).now, next);
  await pointing[2].press({ handle: 'undo' });
  await Promise.all(others.map((it) => until('it is back', async () => (await turn(it))?.now === now)));
  assert.equal((await together(others, 'it is undone for all')).now, now);

  // Cut in two: Ada and Ben here, Cleo and Dan there. Both sides go on.
  const sides = [[ada, ben], [cleo, dan]];
  for (const it of sides[1]) await switches(it);
  for (const [it] of sides) await passesOn(it);
  await together(sides[0], 'it went on there');
  for (const it of sides[1]) await switches(it);
  await converged(others.map((it) => it.tab));
  const after = await together(others, 'one turn again');
  assert.equal(after.now, next, 'both sides took the same step: it counts once');
  assert.equal((await ada.tab.state()).meetings.filter((it) => it.state === 'open').length, 1);

  await pause(Math.max(0, LOCKED - (Date.now() - locked)));
  await eva.tab.page.unlock();
  const everybody = [...others, eva];
  await until('Eva is where the others are', async () => (await turn(eva))?.now === after.now, 2 * PATIENCE);
  const spoke = new Set();
  for (let step = 0; step < 8; step += 1) {
    const { now: speaks } = await together(everybody, 'the same turn everywhere');
    if (!speaks) break;
    spoke.add(speaks);
    await passesOn(people.get(speaks) ?? ada);
    for (const it of everybody) await until('it moved on', async () => (await turn(it)).now !== speaks);
    if (step > 0) continue;
    // Taken back by another it is back on all five, and then goes on.
    const [other] = pointing.filter((it) => it !== people.get(speaks));
    await other.press({ handle: 'undo' });
    for (const it of everybody) await until('it is back', async () => (await turn(it)).now === speaks);
    await together(everybody, 'it is undone for all five');
    await passesOn(people.get(speaks) ?? ada);
    for (const it of everybody) await until('it moved on', async () => (await turn(it)).now !== speaks);
  }
  assert.equal((await together(everybody, 'all have spoken')).now, null, 'all have spoken');
  for (const it of [dan, eva]) assert.ok(spoke.has(await it.tab.node()), `${it.name}, who was late or locked, had a turn`);
  await cleo.press({ handle: 'meeting-close' });
  for (const it of everybody) await it.sees({ handle: 'meeting', attributes: { 'data-state': 'closed' } });
  await converged(everybody.map((it) => it.tab));
  assert.equal(
    await notes(everybody),
    `${THERE}
## Done

- **Ada**: Ada has painted
- **Ben**: Ben has painted
- **Cleo**: Cleo has painted
- **Eva**: Eva has painted

## Stuck

- **Cleo**: no long brushes

## Promises

- **Ben**: Help Cleo: no long brushes (by DAY)

## Roles

- Runs the stand-up
  - **Ada** TIME to TIME
`,
  );
  await world.picture('stand-up of five');
});
