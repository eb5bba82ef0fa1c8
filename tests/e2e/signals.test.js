// What reaches a person who looks elsewhere: the title, a phone that shakes, a screen that stays awake, a soft sound, a number at the
// talk, and lines under *For you* that lead to what they are about. A laptop, and a phone by tap.
import assert from 'node:assert/strict';
import { pass, timeCanPass } from './lib/clock.js';
import { PATIENCE } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** Runs in the page before anything else: notes what is asked of the browser, and grants it. */
function record() {
  const signals = { locks: [], shakes: [], sounds: [], asked: 0 };
  window.signals = signals;
  const request = async () => {
    signals.locks.push('held');
    return { release: async () => signals.locks.push('released') };
  };
  Object.defineProperty(navigator, 'wakeLock', { value: { request } });
  Object.defineProperty(navigator, 'vibrate', { value: (millis) => signals.shakes.push(millis) > 0 });
  window.AudioContext = class {
    currentTime = 0;
    destination = {};
    createOscillator() {
      return { frequency: {}, connect() {}, start() {}, stop() {} };
    }
    createGain() {
      const gain = { exponentialRampToValueAtTime() {} };
      Object.defineProperty(gain, 'value', { set: (loudness) => signals.sounds.push(loudness) });
      return { gain, connect() {} };
    }
    async close() {}
  };
  window.Notification = class {
    static permission = 'default';
    static async requestPermission() {
      signals.asked += 1;
      window.Notification.permission = 'denied';
      return 'denied';
    }
  };
}

const signals = (tab) => tab.page.evaluate(() => window.signals);
const locks = (tab, ...wanted) =>
  tab.until(`its screen was ${wanted.join(', ')}`, async () => (await signals(tab)).locks.join() === wanted.join());
const press = (tab, it) => (tab.name === 'Ben' ? it.tap() : it.click());
const turnOf = (tab) => tab.at('turn').getAttribute('data-now');
/** Isolates around names turn nothing that is read here. */
const titled = (tab, title) => tab.until(`its title is ${title}`, async () => title.test((await tab.page.title()).replace(/[\u2066-\u2069]/g, '')));
const isReady = (tab) => tab.until('its button is ready', async () => !(await tab.at('turn-next').getAttribute('aria-disabled')));
const hasKeyboard = (tab, handle) =>
  tab.until(`the keyboard is at ${handle}`, () => tab.page.evaluate((handle) => document.activeElement?.dataset.testid === handle, handle));

/** Two in one browser before a stand-up: a laptop, and a phone. */
async function two(world) {
  const context = await world.browser({ hasTouch: true });
  await context.addInitScript(record);
  const { tabs } = await world.room(['Ada', 'Ben'], { context, title: 'Crew', form: 'stand-up' });
  const [ada, ben] = tabs;
  await ben.page.setViewportSize({ width: 390, height: 844 });
  for (const tab of tabs) {
    await tab.until('both are here', async () => (await tab.at('person', { 'data-here': 'here' }).count()) === 2);
  }
  return { ada, ben, tabs };
}

/** Ada begins the stand-up, and runs it. */
async function begin({ ada, tabs }) {
  await ada.at('meeting-start').click();
  await ada.at('lobby-start').click();
  for (const tab of tabs) await tab.at('turn').waitFor({ timeout: PATIENCE });
}

/** Whose turn it is leaves the card for the talk, and comes back by its line. */
async function returns(tab) {
  const round = await tab.at('turn').getAttribute('data-cid');
  await press(tab, tab.at('tab-talk'));
  await tab.at('turn').waitFor({ state: 'detached' });
  await titled(tab, /^\(1\) Your turn · Crew/);
  assert.equal((await signals(tab)).asked, 0, 'nobody is asked for notifications before the bell is pressed');
  await press(tab, tab.at('for-you', { 'data-count': '1' }));
  await press(tab, tab.at('wait', { 'data-kind': 'turn', 'data-about': round }));
  await tab.at('waits').waitFor({ state: 'detached' });
  await tab.at('turn').waitFor();
  assert.equal(await tab.at('tab-meeting').getAttribute('aria-pressed'), 'true');
  await hasKeyboard(tab, 'turn-next');
  assert.equal((await signals(tab)).asked, 1, 'and once when it is');
}

scenario('whose turn it is reads it in the title, feels it once, and keeps the screen awake, as does who writes or runs the meeting', async (world) => {
  const { ada, ben, tabs } = await two(world);
  const named = Object.fromEntries(await Promise.all(tabs.map(async (tab) => [await tab.node(), tab])));
  for (const tab of tabs) {
    assert.deepEqual(await signals(tab), { locks: [], shakes: [], sounds: [], asked: 0 }, 'nothing without a reason');
  }
  await begin({ ada, tabs });
  await locks(ada, 'held');
  for (let left = 2; left > 0; left -= 1) {
    const now = await turnOf(ada);
    for (const tab of tabs) await tab.until('the same turn', async () => (await turnOf(tab)) === now);
    const speaker = named[now];
    const other = tabs.find((tab) => tab !== speaker);
    await titled(speaker, /^\(1\) Your turn · Crew/);
    await titled(other, /^Crew/);
    await speaker.until('it shook', async () => (await signals(speaker)).shakes.length === 1);
    if (speaker === ben) await locks(ben, 'held');
    await returns(speaker);
    await isReady(speaker);
    await press(speaker, speaker.at('turn-next'));
    for (const tab of tabs) await tab.until('it moved', async () => (await turnOf(tab)) !== now);
    if (speaker === ben) await locks(ben, 'held', 'released');
  }
  for (const tab of tabs) {
    await titled(tab, /^Crew/);
    assert.equal((await signals(tab)).shakes.length, 1, 'once a turn, wherever one looks');
  }

  const next = ben.at('round').filter({ hasText: 'Next' });
  await next.getByTestId('round-answer').tap();
  await locks(ben, 'held', 'released', 'held');
  await next.getByTestId('round-answer').fill('the door');
  await next.getByTestId('round-answer-submit').tap();
  await ada.at('round-result').filter({ hasText: 'the door' }).waitFor({ timeout: PATIENCE });
  await locks(ben, 'held', 'released', 'held', 'released');

  assert.deepEqual((await signals(ada)).locks, ['held'], 'who runs it is needed until it ends');
  await ada.at('meeting-close').click();
  await locks(ada, 'held', 'released');
  for (const tab of tabs) assert.deepEqual((await signals(tab)).sounds, [], 'nobody asked to hear anything');

  await ada.at('for-you').click();
  await ada.page.locator('dialog[open]').waitFor();
  assert.equal((await signals(ada)).asked, 1, 'who has answered is not asked again');
  await ben.page.reload();
  await ben.inRoom();
  await ben.linked(1);
  assert.equal((await signals(ben)).asked, 0, 'never on load');
});

scenario('when the time is up a soft sound tells so, once somebody has asked for it', async (world) => {
  const context = await world.browser();
  await context.addInitScript(record);
  await timeCanPass(context);
  const ada = await world.tab(context, 'Ada');
  const timer = ada.at('turn').getByTestId('timer');
  const runs = () => ada.until('its time runs', async () => Number(await timer.getAttribute('data-left')) > 0);
  const isUp = () => timer.and(ada.page.locator('[data-left="0"]')).waitFor({ timeout: PATIENCE });
  await ada.at('start-tile', { 'data-form': 'stand-up' }).click();
  await ada.at('lobby-start').click();
  await ada.at('turn').waitFor();
  await runs();
  await pass(ada, 90_000);
  await isUp();
  assert.deepEqual((await signals(ada)).sounds, [], 'nobody asked for it');

  await ada.view('view-settings');
  await ada.at('sound-switch').click();
  // The turn begins anew, with all of its time.
  await isReady(ada);
  await ada.at('turn-next').click();
  await ada.at('turn').getByTestId('undo').click();
  await runs();
  // Whatever one looks at.
  await ada.at('tab-talk').click();
  await pass(ada, 90_000);
  await ada.at('bar', { 'data-left': '0' }).waitFor({ timeout: PATIENCE });
  await ada.until('it is heard', async () => (await signals(ada)).sounds.length === 1);
  const [loudness] = (await signals(ada)).sounds;
  assert.ok(loudness > 0 && loudness < 0.5, `${loudness} is soft`);
});

scenario('what is said while one is in the meeting is counted at the talk until one looks', async (world) => {
  const { ada, ben, tabs } = await two(world);
  await begin({ ada, tabs });
  assert.equal(await ben.at('unread').count(), 0);
  await ada.at('tab-talk').click();
  await ada.compose('The crane is free');
  await ben.at('tab-talk').getByTestId('unread').filter({ hasText: 'One new post' }).waitFor({ timeout: PATIENCE });
  const last = await ada.compose('and the ladder');
  await ben.at('tab-talk').getByTestId('unread').filter({ hasText: '2 new posts' }).waitFor({ timeout: PATIENCE });
  assert.equal(await ada.at('unread').count(), 0, 'who is in the talk has read it');
  await ben.at('tab-talk').tap();
  await ben.shownPost(last).waitFor();
  await ben.at('unread').waitFor({ state: 'detached' });
  await ben.at('tab-meeting').tap();
  await ben.at('turn').waitFor();
  assert.equal(await ben.at('unread').count(), 0);
});

scenario('on a phone every line under For you is one press from its place, from the meeting, too', async (world) => {
  const { ada, ben } = await two(world);
  const benNode = await ben.node();
  const role = await ada.call('baton.open', { title: 'Timekeeper' });
  const offer = await ada.call('baton.open', { title: 'Scribe' });
  await ada.call('baton.take', offer);
  await ada.call('baton.offer', offer, benNode);
  const said = await ben.post('The bridge is open');
  await ada.has(said);
  const question = await ada.call('feedback', { target: said, stance: 'question', text: 'Since when?' });
  const ask = await ada.call('promise.ask', benNode, 'Bring the long brushes');
  const mention = await ada.post('Ask @Ben', { mentions: [benNode] });
  const today = await ben.page.evaluate(() => {
    const date = new Date();
    return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((it) => String(it).padStart(2, '0')).join('-');
  });
  const promise = await ben.call('promise.make', { text: 'Oil the crane', due: today });
  await ben.at('for-you', { 'data-count': '6' }).waitFor({ timeout: PATIENCE });

  for (const [kind, place] of [
    ['offer', ben.at('baton', { 'data-cid': offer })],
    ['role', ben.at('baton', { 'data-cid': role })],
    ['question', ben.at('loop', { 'data-cid': question })],
    ['ask', ben.at('promise', { 'data-cid': ask })],
    ['promise', ben.at('promise', { 'data-cid': promise })],
    ['mention', ben.shownPost(mention)],
  ]) {
    await ben.at('tab-meeting').tap();
    await ben.at('lobby').waitFor();
    await ben.at('for-you').tap();
    await ben.at('wait', { 'data-kind': kind }).tap();
    await ben.at('waits').waitFor({ state: 'detached' });
    await ben.until(`${kind}: its place is in sight`, () =>
      place.first().evaluate((it) => {
        const { left, right, top, bottom } = it.getBoundingClientRect();
        return it.checkVisibility() && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
      }),
    );
  }
});
