// What is hidden shows in nothing: two rooms in which others hid other answers, and that differ in nothing else, are the same to see.
import assert from 'node:assert/strict';
import { ask, crew, round } from '../e2e/lib/crew.js';
import { PATIENCE, converged } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';

/** What somebody hides in one room, and in the other, of each ask. */
const HIDES = [
  { note: 'reviews take days', choice: 'Yes', dots: 'Tea', number: -100, words: 'x' },
  { note: 'the build is fast, and has been so since the spring', choice: 'Later', dots: 'Coffee', number: 7, words: 'a longer word' },
];

/** Names of events, people and rooms by the order in which they come, and no times: what a room looks like, whoever is in it. */
function unnamed(seen) {
  const names = new Map();
  const name = (it) => names.get(it) ?? names.set(it, `name ${names.size}`).get(it);
  return seen
    .replace(/#\/r\/[\w-]+/g, 'link')
    .replace(/\b(?:12D3KooW\w+|bafy\w+)/g, name)
    .replace(/"digest":"\w+"/g, 'digest')
    .replace(/datetime="[^"]*"/g, 'datetime')
    .replace(/\d+ minutes and \d+ seconds left/g, 'left')
    .replace(/(?:< 1|\b\d+) min\b/g, 'span')
    .replace(/\b\d{1,2}:\d\d(:\d\d)?\b/g, 'time')
    .replace(/data-left="\d+"/g, 'left')
    .replace(/"(at|began|ended|seconds|setAt)":\d+/g, '$1')
    .replace(/hue-\d+/g, 'hue')
    .replace(/"hue":\d+/g, 'hue')
    // Sets stand in the order of their keys, which are drawn.
    .replace(/\["name \d+"(?:,"name \d+")+\]/g, (set) => JSON.stringify(JSON.parse(set).toSorted()));
}

/** All that somebody sees, and all that a script is told, before anything is shown; then after it. */
async function held(world, hides) {
  const { ada, ben, cleo, tabs } = await crew(world, 'retro');
  await ada.at('meeting-start').click();
  await ada.at('meeting-form').selectOption('retro');
  await ada.at('lobby-start').click();
  for (const tab of tabs) await tab.at('round', { 'data-state': 'open' }).waitFor({ timeout: PATIENCE });
  const write = async (tab, text, within = tab.page.locator('.notes').first()) => {
    await within.getByTestId('round-answer').fill(text);
    await within.getByTestId('round-answer-submit').click();
    await within.getByTestId('note-own').filter({ hasText: text }).waitFor();
    await converged(tabs);
  };
  await write(ada, hides.note);
  await write(ben, 'nothing new');
  await ask(ada, { question: 'Ship today?', kind: 'choice', options: ['Yes', 'No', 'Later'], hidden: true });
  await ask(ada, { question: 'What to drink?', kind: 'dots', options: ['Tea', 'Coffee'], hidden: true });
  const meeting = await ada.at('meeting').getAttribute('data-cid');
  const scale = { min: -100, max: 100, low: 'cold', high: 'warm' };
  const asked = await ada.call('round.open', { question: 'How warm?', ask: { scale }, sealed: true, meeting });
  await ask(ada, { question: 'One word?', kind: 'words', hidden: true });
  await converged(tabs);
  for (const tab of [ada, ben]) {
    const said = tab === ada ? hides : HIDES[0];
    await round(tab, 'Ship today?').getByTestId('round-answer').filter({ hasText: said.choice }).click();
    await converged(tabs);
    await round(tab, 'What to drink?').locator('.note').filter({ hasText: said.dots }).getByTestId('dot-add').click();
    await tab.until('the vote is said', async () => (await round(tab, 'What to drink?').getByTestId('dots-left').getAttribute('data-left')) === '2');
    await converged(tabs);
    await tab.call('round.answer', asked, { number: said.number });
    await converged(tabs);
    await write(tab, said.words, round(tab, 'One word?'));
  }
  const look = async () => {
    // Attributes by name: they stand in the order in which they came. How fast each is reached is measured, and no part of the room.
    const page = await cleo.page.evaluate(() => {
      const told = (it) => {
        if (it.nodeType !== Node.ELEMENT_NODE) return it.nodeType === Node.TEXT_NODE ? it.data : '';
        if (it.matches('.peers')) return '';
        const given = [...it.attributes].map(({ name, value }) => `${name}="${value}"`).toSorted();
        return `<${[it.localName, ...given].join(' ')}>${[...it.childNodes].map(told).join('')}`;
      };
      return told(document.querySelector('[data-testid="room"]'));
    });
    return { page: unnamed(page), state: unnamed(JSON.stringify(await cleo.state())) };
  };
  const answered = async () => (await cleo.state()).rounds.filter((it) => it.sealed).map((it) => it.answered.length);
  await cleo.until('two have answered everything', async () => (await answered()).join() === '2,2,2,2,2');
  // Nothing that comes and goes by itself is on the screen any more.
  await cleo.until('nothing is told for a while', async () => (await cleo.page.locator('.undo span').count()) === 0, 30_000);
  const before = await look();
  for (const question of ['Ship today?', 'What to drink?']) {
    await round(ada, question).getByTestId('round-reveal').click();
    await cleo.until('it is shown', async () => (await round(cleo, question).locator('.total').count()) > 0, 30_000);
  }
  await cleo.until('nobody is waited for', async () => !(await cleo.at('round-closed').count()), 30_000);
  return { before, after: await look() };
}

scenario('rooms that differ in hidden answers alone look the same to others, and are told alike', async (world) => {
  const [one, other] = await Promise.all(HIDES.map((it) => held(world, it)));
  for (const what of ['state', 'page']) {
    const [before, beside] = [one.before[what], other.before[what]];
    const at = [...before].findIndex((it, at) => it !== beside[at]);
    const around = (it) => it.slice(Math.max(0, at - 200), at + 200);
    assert.ok(before === beside, `${what} differs:\n${around(before)}\n---\n${around(beside)}`);
    assert.notEqual(one.after[what], other.after[what], `${what}: shown, they differ`);
  }
});
