// axe on every screen, on a phone and wide; and by keyboard alone.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { until } from './lib/tab.js';
import { scenario } from './lib/world.js';

async function fits(tab, screen) {
  const [scroll, width] = await tab.page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(scroll <= width, `${screen} does not scroll sideways (${scroll} > ${width})`);
  // A room fills the window, and its parts scroll in it.
  const [bottom, height] = await tab.page.evaluate(() =>
    document.querySelector('.room')
      ? [document.documentElement.scrollHeight, document.documentElement.clientHeight]
      : [0, 0],
  );
  assert.ok(bottom <= height, `${screen} does not scroll as a whole (${bottom} > ${height})`);
}

// The look is that of the pictures: each screen is checked in both.
const SIZES = {
  wide: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
};

for (const [size, { colorScheme, viewport }] of Object.entries(SIZES)) {
  scenario(`nothing stands in anybody's way: every screen, ${size}`, async (world) => {
    const context = await world.browser({ colorScheme, viewport, reducedMotion: 'reduce' });
    world.server.config = {
      relays: [],
      stun: [],
      turn: [{ urls: ['turn:127.0.0.1:1'], username: 'nobody', credential: 'nothing' }],
    };
    const start = await world.tab(context, 'Start');
    await start.at('start').waitFor();
    const name = (screen) => `${screen}, ${size}`;
    await check(start, name('start'));
    await fits(start, name('start'));
    await world.picture(`${size} ${colorScheme} start`, start);

    const {
      tabs: [ada, ben],
      link,
    } = await world.room(['Ada', 'Ben'], {
      context,
      title: 'Crew of the bridge',
      purpose: 'See what moves and what is stuck',
      form: 'stand-up',
    });
    const benNode = await ben.node();
    const post = await ada.post('The bridge carries **forty** tonnes, says the plate at the north end.', {
      kind: 'update',
      tags: ['bridge'],
    });
    await ben.has(post);
    await ben.post('Which plate?', { kind: 'question', replyTo: post });
    await ben.call('feedback', {
      target: post,
      stance: 'correct',
      text: 'It says twenty.',
      sources: ['https://example.org/plate'],
    });
    await ben.call('feedback', { target: post, stance: 'appreciate' });
    await ada.post('Somebody should call the harbour', { kind: 'need' });
    const held = await ada.call('baton.open', { title: 'Facilitator' });
    await ada.call('baton.take', held);
    const offered = await ada.call('baton.open', { title: 'Scribe' });
    await ada.call('baton.take', offered);
    await ada.call('baton.offer', offered, benNode);
    await ada.call('baton.open', { title: 'Timekeeper' });
    await until(
      'all of it is on the screen',
      async () =>
        (await ben.at('baton', { 'data-state': 'offered' }).count()) > 0 && (await ada.at('loop').count()) > 0,
    );
    for (const tab of [ada, ben]) {
      await check(tab, name(`room of ${tab.name}`));
      await fits(tab, name('room'));
    }
    await world.picture(`${size} ${colorScheme} room`, ada);
    await world.picture(`${size} ${colorScheme} room offered`, ben);

    await ada.at('invite-open').first().click();
    await ada.at('invite-link').waitFor();
    await check(ada, name('invite'));
    await fits(ada, name('invite'));
    await world.picture(`${size} ${colorScheme} invite`, ada);
    await ada.at('by-hand-open').click();
    await ada.at('by-hand-invite-qr').waitFor();
    await check(ada, name('by hand'));
    await fits(ada, name('by hand'));
    await ada.at('by-hand-invite').scrollIntoViewIfNeeded();
    await world.picture(`${size} ${colorScheme} by hand`, ada);
    await ada.page.keyboard.press('Escape');

    await ben.call('promise.ask', await ada.node(), 'Bring the long brushes');
    await ada.shownPost(post).getByTestId('do-this').click();
    await ada.view('view-promises');
    await ada.at('promise-accept').waitFor();
    await ada.at('promise-open').click();
    await check(ada, name('promises'));
    await fits(ada, name('promises'));

    await ben.call('decision.propose', { title: 'Paint it red', text: 'All of the rail.', reviewOn: '2031-01-31' });
    await ada.view('view-decisions');
    await ada.page.locator('.view').getByTestId('ballot-object').click();
    await ada.at('proposal-open').click();
    await ada.at('proposal-more').locator('summary').click();
    await check(ada, name('decisions'));
    await fits(ada, name('decisions'));
    await world.picture(`${size} ${colorScheme} decisions`, ada);

    await ada.view('view-network');
    await ada.at('network-peer').first().waitFor();
    await check(ada, name('network'));
    await fits(ada, name('network'));
    await world.picture(`${size} ${colorScheme} network`, ada);

    await ben.view('view-settings');
    await ben.at('theme').waitFor();
    await check(ben, name('settings'));
    await fits(ben, name('settings'));
    await world.picture(`${size} ${colorScheme} settings`, ben);
    await ben.at('server-kind').selectOption('turn');
    await ben.at('server-address').fill('turn:turn.example.org:3478');
    await ben.at('server-add').click();
    await ben.at('server-problem').filter({ hasText: 'Not added' }).waitFor();
    await ben.at('relay-only').scrollIntoViewIfNeeded();
    await check(ben, name('settings, servers'));
    await fits(ben, name('settings, servers'));
    await world.picture(`${size} ${colorScheme} settings servers`, ben);
    await ben.view('view-verify');
    const car = Buffer.from(await ben.page.evaluate(async () => [...(await window.paceline.exportCar())]));
    await ben.at('verify-file').setInputFiles({ name: 'room.car', mimeType: 'application/vnd.ipld.car', buffer: car });
    await ben.at('verify-result', { 'data-state': 'good' }).waitFor();
    await check(ben, name('verify'));
    await fits(ben, name('verify'));
    await world.picture(`${size} ${colorScheme} verify`, ben);
    await ada.call('edit', post, 'The bridge carries **twenty** tonnes, says the plate at the north end.');
    if (await ada.at('tab-talk').isVisible()) await ada.view('tab-talk');
    await ada.shownPost(post).getByTestId('post-versions').click();
    await ada.shownPost(post).getByTestId('version-delete').first().waitFor();
    await check(ada, name('versions'));
    await fits(ada, name('versions'));
    await world.picture(`${size} ${colorScheme} versions`, ada);
    assert.ok(link.includes('#/r/'));

    await ada.at('tab-meeting').click();
    await ada.at('meeting-form').selectOption('incident');
    await ada.at('incident-what').fill('The bridge swings');
    await check(ada, name('declare'));
    await fits(ada, name('declare'));
    await world.picture(`${size} ${colorScheme} declare`, ada);
    await ada.at('incident-declare').click();
    await ben.at('tab-meeting').click();
    for (const tab of [ada, ben]) await tab.at('incident-lead').waitFor();
    await ben.at('incident-line').fill('It swings by a metre, says **the warden**');
    await ben.at('incident-line-submit').click();
    await ada.at('log-line').filter({ hasText: 'by a metre' }).getByTestId('incident-star').click();
    await ada.at('lead-pass').click();
    await ben.at('incident-add').click();
    await ben.at('incident-severity').first().click();
    await ben.at('incident-severity-now').filter({ hasText: 'low' }).waitFor();
    await ben.at('incident-role').first().click();
    await ada.at('incident-role-row').waitFor();
    for (const tab of [ada, ben]) {
      await check(tab, name(`incident of ${tab.name}`));
      await fits(tab, name('incident'));
      await world.picture(`${size} ${colorScheme} incident ${tab.name}`, tab);
    }
    await ada.at('incident-over').click();
    await ada.at('incident-review').waitFor();
    await check(ada, name('incident, over'));
    await fits(ada, name('incident, over'));
  });
}

scenario('a room is founded, and something said in it, by keyboard alone', async (world) => {
  const ada = await world.tab(await world.browser(), 'Ada');
  const { page } = ada;
  const focusOn = async (handle) => {
    for (let presses = 0; presses < 60; presses += 1) {
      if (await page.evaluate((handle) => document.activeElement?.dataset.testid === handle, handle)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`the Tab key never reaches ${handle}`);
  };
  await ada.at('start').waitFor();
  await focusOn('found-title');
  await page.keyboard.type('By keyboard');
  await focusOn('found-submit');
  await page.keyboard.press('Enter');
  await ada.at('room').waitFor();
  await focusOn('composer-text');
  await page.keyboard.type('no mouse needed');
  await focusOn('composer-submit');
  await page.keyboard.press('Enter');
  await ada.at('post', { 'data-sent': 'sent' }).filter({ hasText: 'no mouse needed' }).waitFor();
});
