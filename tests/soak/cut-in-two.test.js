// Meetings of five in two browsers between which the line is cut in the middle: each side goes on, and once they see each other again there
// is one log, one meeting, one result and one set of notes, and it is told who did what on the other side. All act by click and tap;
// `window.paceline` only tells what is so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Person } from '../e2e/lib/hands.js';
import { neighbours } from '../e2e/lib/neighbours.js';
import { NAT, hasTurn, unavailable } from '../e2e/lib/netns.js';
import { PATIENCE, converged, until } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';
import { PHONE, THERE, named, notes, together, turn, writes } from './five.js';

const reason = unavailable() ?? (hasTurn() ? null : 'needs coturn');
const story = (name, run) => (reason ? test(name, { skip: reason }, () => {}) : scenario(name, run));

/** Ada and Ben in one home, Cleo, Dan and Eva with phones in the other; in the meeting that Ada has started from its tile. */
async function meet(world, form, step) {
  // While the line is cut nothing is reached.
  world.provokes(/WebSocket connection to .* failed/);
  const { networks, browsers } = await neighbours(world, [NAT.plain, NAT.plain], ({ stun, relays }) => ({ stun, relays }), [{ throttled: true }, { throttled: true, ...PHONE }]);
  const [laptops, phones] = browsers.map((it) => it.context);
  const ada = new Person(await world.tab(laptops, 'Ada'), 'click');
  await ada.press({ handle: 'start-tile', attributes: { 'data-form': form } });
  await ada.tab.inRoom();
  await ada.sees({ handle: 'lobby' });
  const link = await ada.tab.page.evaluate(() => location.href);
  const ben = new Person(await world.tab(laptops, 'Ben', link), 'click');
  const others = [];
  for (const name of ['Cleo', 'Dan', 'Eva']) others.push(new Person(await world.tab(phones, name, link), 'tap'));
  const people = [ada, ben, ...others];
  await Promise.all(people.map((it) => it.tab.linked(4)));
  for (const it of people) {
    await named(it);
    await until(`${it.name} has a name`, async () => (await it.tab.state()).people.some(({ name }) => name === it.name));
    await converged(people.map(({ tab }) => tab));
  }
  await ada.press({ handle: 'lobby-start' });
  await Promise.all(people.map((it) => it.sees(step)));
  const cut = () => networks.cut(browsers[1].home);
  const heal = async () => {
    networks.heal(browsers[1].home);
    const began = Date.now();
    await converged(people.map(({ tab }) => tab), 'there is one log', 4 * PATIENCE);
    world.log(`one log ${Date.now() - began} ms after the line was there again`);
  };
  return { people, sides: [people.slice(0, 2), people.slice(2)], cut, heal };
}

/** What each side did is told to the other. */
async function tellsOfBoth(people, names) {
  for (const it of people) {
    const { text } = await it.sees({ handle: 'steps-apart' });
    for (const name of names.filter((name) => name !== it.name)) assert.ok(text.includes(name), `${it.name} reads of ${name}: ${text}`);
  }
}

async function passesOn(it, side) {
  const { now } = await turn(it);
  await it.until('its button is ready', { handle: 'turn-next' }, (seen) => seen && !seen.attributes['aria-disabled']);
  await it.press({ handle: 'turn-next' });
  for (const one of side) await until('it moved on', async () => (await turn(one)).now !== now);
}

story('a stand-up of five in two browsers goes on while the line between them is cut, and is one again', async (world) => {
  const { people, sides, cut, heal } = await meet(world, 'stand-up', { handle: 'turn' });
  const [ada, ben, cleo, dan] = people;
  for (const it of people) {
    await writes(it, 'Done', `${it.name} has painted`);
    await converged(people.map(({ tab }) => tab));
  }
  const { next } = await together(people, 'the same turn everywhere');
  cut();
  // Both take the same step; one side takes another, and on each something is written.
  for (const side of sides) await passesOn(side[0], side);
  assert.equal((await together(people, 'each side took the same step')).now, next);
  await passesOn(cleo, sides[1]);
  await writes(ben, 'Stuck', 'the gate is locked');
  await writes(dan, 'Next', 'the roof');
  assert.ok(!JSON.stringify(await cleo.tab.state()).includes('the gate is locked'), 'the line is cut');
  const there = await together(sides[1], 'the other side is one further');
  await heal();
  assert.deepEqual(await together(people, 'one turn again'), there, 'the same step counts once, the other one counts');
  assert.equal((await ada.tab.state()).meetings.filter((it) => it.state === 'open').length, 1);
  await tellsOfBoth(people, ['Ada', 'Cleo']);
  await world.picture('cut stand-up', ada.tab);
  while ((await together(people, 'the same turn everywhere')).now) await passesOn(ben, people);
  for (const it of people) await until('it is told no longer', async () => !(await it.look({ handle: 'steps-apart' })));
  await dan.press({ handle: 'meeting-close' });
  for (const it of people) await it.sees({ handle: 'meeting', attributes: { 'data-state': 'closed' } });
  await converged(people.map((it) => it.tab));
  assert.equal(
    await notes(people),
    `${THERE}
## Done

- **Ada**: Ada has painted
- **Ben**: Ben has painted
- **Cleo**: Cleo has painted
- **Dan**: Dan has painted
- **Eva**: Eva has painted

## Next

- **Dan**: the roof

## Stuck

- **Ben**: the gate is locked

## Roles

- Runs the stand-up
  - **Ada** TIME to TIME
`,
  );
});

story('a retro of five in two browsers is shown on both sides of a cut line, and is one result', async (world) => {
  const { people, sides, cut, heal } = await meet(world, 'retro', { handle: 'round-answer' });
  const [ada, ben, cleo, dan] = people;
  for (const it of people) {
    await it.write({ handle: 'round-answer' }, `${it.name} wrote this`);
    await it.press({ handle: 'round-answer-submit' });
    await it.sees({ handle: 'note-own' });
    await converged(people.map(({ tab }) => tab));
  }
  cut();
  await Promise.all([ada, cleo].map((it) => it.press({ handle: 'round-reveal' })));
  // Two of each side open what the other side hid.
  const shown = async (side) => {
    for (const it of side) for (const { name } of people) await it.sees({ handle: 'note', text: `${name} wrote this` }, 2 * PATIENCE);
  };
  await Promise.all(sides.map(shown));
  await heal();
  await shown(people);
  const count = (it) => it.tab.page.evaluate(() => document.querySelectorAll('[data-testid="note"]').length);
  for (const it of people) assert.equal(await count(it), 5, 'each note once');
  await tellsOfBoth(people, ['Ada', 'Cleo']);
  await world.picture('cut retro', cleo.tab);
  await ada.press({ handle: 'vote-start' });
  for (const [it, of] of [[ben, 'Eva'], [cleo, 'Eva'], [dan, 'Ada']]) {
    await it.sees({ handle: 'dots-left', attributes: { 'data-left': '3' } });
    await it.press({ handle: 'dot-add', within: { handle: 'note', text: `${of} wrote this` } });
    await it.sees({ handle: 'dots-left', attributes: { 'data-left': '2' } });
  }
  await converged(people.map((it) => it.tab));
  await ada.until('its button is ready', { handle: 'vote-end' }, (seen) => seen && !seen.attributes['aria-disabled']);
  await ada.press({ handle: 'vote-end' });
  for (const it of people) await it.sees({ handle: 'talk', text: 'Eva wrote this' });
  await dan.press({ handle: 'do-this' });
  await ada.sees({ handle: 'note-does', text: 'Dan' });
  await cleo.press({ handle: 'meeting-close' });
  for (const it of people) await it.sees({ handle: 'meeting', attributes: { 'data-state': 'closed' } });
  await converged(people.map((it) => it.tab));
  assert.equal(
    await notes(people),
    `${THERE}
## What was good, what was bad, what is an idea?

- **Ada**: Ada wrote this
- **Ben**: Ben wrote this
- **Cleo**: Cleo wrote this
- **Dan**: Dan wrote this
- **Eva**: Eva wrote this

## What do we talk about first?

- 2: Eva wrote this
- 1: Ada wrote this
- 0: Ben wrote this
- 0: Cleo wrote this
- 0: Dan wrote this

## Promises

- **Dan**: Eva wrote this (by DAY)

## Roles

- Runs the retro
  - **Ada** TIME to TIME
`,
  );
});
