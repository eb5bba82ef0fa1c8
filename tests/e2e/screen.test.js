// The screen itself: real tabs, and only what a person sees, clicks and types. A button without effect fails here.
import assert from 'node:assert/strict';
import { PATIENCE, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

const TITLE = 'Crew of the bridge';

async function browser(world, options) {
  const context = await world.browser(options);
  context.setDefaultTimeout(PATIENCE);
  return context;
}

async function found(world, context, form = 'blank') {
  const ada = await world.tab(context, 'Ada');
  await ada.at('found-title').fill(TITLE);
  await ada.at('found-purpose').fill('See what moves and what is stuck');
  await ada.at('found-form').selectOption(form);
  await ada.at('found-submit').click();
  await ada.at('room').waitFor();
  const link = await ada.until('the address is the link', () => ada.page.url().includes('#/r/') && ada.page.url());
  return { ada, link };
}

async function introduce(tab) {
  await tab.at('name-input').fill(tab.name);
  await tab.at('name-submit').click();
  await tab.at('name-input').waitFor({ state: 'detached' });
}

const person = (tab, name, here = 'here') => tab.at('person', { 'data-here': here }).filter({ hasText: name });
const nodeOf = (tab, name) => person(tab, name).getAttribute('data-node');
const connection = (tab, state) => tab.at('connection-state', { 'data-state': state }).waitFor();

/** Ada founds, Ben comes by the link; both say who they are and see each other. */
async function meet(world, form) {
  const context = await browser(world);
  const { ada, link } = await found(world, context, form);
  await introduce(ada);
  const ben = await world.tab(context, 'Ben', link);
  await introduce(ben);
  for (const tab of [ada, ben]) {
    await person(tab, 'Ada').waitFor();
    await person(tab, 'Ben').waitFor();
    await connection(tab, 'in-sync');
  }
  return { context, link, ada, ben };
}

/** Presses a button of a post, as somebody with a mouse does. */
async function press(tab, cid, handle) {
  await tab.shownPost(cid).hover();
  await tab.actOn(cid, handle);
}

async function give(tab, cid, stance, words) {
  await press(tab, cid, `feedback-${stance}`);
  const text = tab.shownPost(cid).getByTestId('feedback-text');
  await text.fill(words);
  // What is drawn above may move the button from under the pointer: who misses presses again.
  await tab.until('it is given', async () => {
    await tab.shownPost(cid).getByTestId('feedback-submit').click({ timeout: 1_000 }).catch(() => {});
    return text.waitFor({ state: 'detached', timeout: 2_000 }).then(() => true, () => false);
  });
}

const loop = (tab, cid, state) => tab.shownPost(cid).locator(`[data-testid="loop"][data-state="${state}"]`);
const contested = (tab, cid, is) => tab.at('post', { 'data-cid': cid, 'data-contested': String(is) }).waitFor();

const baton = (tab, title, state, holder) =>
  tab.at('baton', { 'data-state': state, ...(holder ? { 'data-holder': holder } : {}) }).filter({ hasText: title });
const inBoth = (tabs, ...which) => Promise.all(tabs.map((tab) => baton(tab, ...which).waitFor()));

scenario('on the screen: a stand-up is founded, names given, posts answered, edited and taken back', async (world) => {
  const { ada, ben } = await meet(world, 'stand-up');
  for (const tab of [ada, ben]) assert.equal(await tab.at('baton').count(), 0, 'roles come with its meetings');
  assert.equal(await ben.at('room-title').innerText(), TITLE);

  const cid = await ada.compose('Does the bridge open at nine?', 'question');
  const shown = ben.shownPost(cid);
  await shown.waitFor();
  assert.equal(await shown.getAttribute('data-kind'), 'question');
  assert.equal(await shown.getByTestId('post-author').innerText(), 'Ada');

  await press(ben, cid, 'post-reply');
  const answer = await ben.compose('At ten, says the harbour');
  await ada.page.locator(`[data-cid="${cid}"] ~ [data-cid="${answer}"].level-1`).waitFor();

  await press(ada, cid, 'post-edit');
  const field = ada.shownPost(cid).getByTestId('post-edit-text');
  assert.equal(await field.inputValue(), 'Does the bridge open at nine?');
  await field.fill('Does the bridge open at eight?');
  await ada.shownPost(cid).getByTestId('post-edit-submit').click();
  await field.waitFor({ state: 'detached' });
  for (const tab of [ada, ben]) {
    await tab.until('the new words', async () => {
      const words = await tab.shownPost(cid).getByTestId('post-text').innerText();
      return words.trim() === 'Does the bridge open at eight?';
    });
  }
  assert.equal(await shown.getByTestId('post-edit').count(), 0, 'nobody else is offered to edit');

  await press(ada, cid, 'post-retract');
  await ada.shownPost(cid).getByTestId('undo').waitFor();
  for (const tab of [ada, ben]) {
    await tab.shownPost(cid).and(tab.page.locator('.retracted')).waitFor();
    const shows = await tab.shownPost(cid).innerText();
    assert.ok(!shows.includes('eight'), `${tab.name} does not show the words any more`);
  }
  await ada.until('the words are offered again', async () => {
    return (await ada.at('composer-text').inputValue()) === 'Does the bridge open at eight?';
  });
  await ada.shownPost(answer).waitFor();
});

scenario('on the screen: every feedback is given, seen by the other, and taken back', async (world) => {
  const { ada, ben } = await meet(world);
  const cids = {};
  for (const stance of ['appreciate', 'build-on', 'question', 'concern', 'correct']) {
    cids[stance] = await ada.compose(`something to ${stance}`);
    await ben.shownPost(cids[stance]).waitFor();
  }
  const signal = (tab, cid, words) => tab.shownPost(cid).locator('.signal').filter({ hasText: words });

  await press(ben, cids.appreciate, 'feedback-appreciate');
  await signal(ada, cids.appreciate, 'Ben').waitFor();
  await ben.until('nobody appreciates twice', () =>
    ben.shownPost(cids.appreciate).getByTestId('feedback-appreciate').isDisabled(),
  );
  await press(ben, cids.appreciate, 'feedback-withdraw');
  await signal(ada, cids.appreciate, 'Ben').waitFor({ state: 'detached' });

  await give(ben, cids['build-on'], 'build-on', 'and a lane for bicycles');
  await signal(ada, cids['build-on'], 'and a lane for bicycles').waitFor();
  await press(ben, cids['build-on'], 'feedback-withdraw');
  await signal(ada, cids['build-on'], 'bicycles').waitFor({ state: 'detached' });

  for (const stance of ['question', 'concern', 'correct']) {
    await give(ben, cids[stance], stance, `words of a ${stance}`);
    await loop(ada, cids[stance], 'open').filter({ hasText: `words of a ${stance}` }).waitFor();
    await contested(ada, cids[stance], stance === 'correct');
    await press(ben, cids[stance], 'feedback-withdraw');
    for (const tab of [ada, ben]) await loop(tab, cids[stance], 'withdrawn').waitFor();
    await contested(ada, cids[stance], false);
  }
});

scenario('on the screen: words half-written under a post stay while others post', async (world) => {
  const context = await browser(world);
  const { ada, link } = await found(world, context);
  const ben = await world.tab(context, 'Ben', link);
  await ben.linked(1);
  const cid = await ada.post('the ferry leaves at nine');
  await press(ben, cid, 'feedback-question');
  const words = ben.shownPost(cid).getByTestId('feedback-text');
  await words.pressSequentially('which harb');
  for (const text of ['it is the last one', 'bring a coat']) await ben.shownPost(await ada.post(text)).waitFor();
  assert.equal(await words.inputValue(), 'which harb');
  await ben.page.keyboard.type('our?');
  assert.equal(await words.inputValue(), 'which harbour?', 'the keyboard is where it was');
});

scenario('on the screen: who fills a form among posts presses its button where it is, however many come', async (world) => {
  const context = await browser(world);
  const { ada, link } = await found(world, context);
  const ben = await world.tab(context, 'Ben', link);
  await ben.linked(1);
  const lines = (name) => Array.from({ length: 4 }, (_, nth) => `${name}, line ${nth + 1}`).join('\n\n');
  let cid;
  for (let nth = 1; nth <= 5; nth += 1) cid = await ada.post(lines(`post ${nth}`));
  await ben.shownPost(cid).waitFor();
  await press(ben, cid, 'feedback-question');
  await ben.shownPost(cid).getByTestId('feedback-text').fill('Which harbour?');
  const button = ben.shownPost(cid).getByTestId('feedback-submit');
  const reading = ben.page.locator('.reading');
  const below = (inner, outer) => inner.y + inner.height - outer.y - outer.height;
  const before = await button.boundingBox();
  assert.ok(below(before, await reading.boundingBox()) <= 0, 'the form is in sight');
  const later = [];
  for (const text of ['one more', 'and one', 'and the last']) later.push(await ada.post(lines(text)));
  const fresh = ben.page.locator('.new-below');
  await fresh.filter({ hasText: '3' }).waitFor({ state: 'attached' });
  assert.deepEqual(await button.boundingBox(), before, 'the button is where it was');
  assert.equal(await fresh.isVisible(), false, 'and nothing covers it');
  await button.click();
  await ben.until('the question was asked', async () => (await ben.state()).feedback.length === 1);
  await fresh.click();
  await fresh.waitFor({ state: 'detached' });
  await ben.until('the first of them is in sight', async () => {
    const post = await ben.shownPost(later[0]).boundingBox();
    return post && below(post, await reading.boundingBox()) <= 0;
  });
});

scenario('on the screen: a correction stands beneath its post until adjusted; loops are answered', async (world) => {
  const { ada, ben } = await meet(world);
  const claim = await ada.compose('The bridge carries forty tonnes');
  const asked = await ada.compose('We start at nine');
  const worry = await ada.compose('We take the old crane');
  const denied = await ada.compose('The harbour is open');
  await ben.shownPost(denied).waitFor();
  await give(ben, claim, 'correct', 'The plate says twenty');
  await give(ben, asked, 'question', 'At which gate?');
  await give(ben, worry, 'concern', 'It is rusty');
  await give(ben, denied, 'correct', 'Closed since May');

  for (const tab of [ada, ben]) {
    await contested(tab, claim, true);
    const beneath = tab.shownPost(claim).locator('[data-testid="post-text"] + [data-testid="loop"]');
    await beneath.filter({ hasText: 'The plate says twenty' }).waitFor();
  }
  assert.equal(await ben.at('loop-answer-text').count(), 0, 'only whom it is addressed to is asked');

  await ada.shownPost(claim).getByTestId('loop-answer-text').fill('Twenty it is');
  await ada.shownPost(claim).getByTestId('loop-answer-adjusted').click();
  await ada.shownPost(worry).getByTestId('loop-answer-noted').click();
  for (const tab of [ada, ben]) {
    await loop(tab, claim, 'adjusted').filter({ hasText: 'Twenty it is' }).waitFor();
    await contested(tab, claim, false);
    await loop(tab, worry, 'noted').waitFor();
  }

  await ada.showLoops();
  const beside = (words, state) => ada.at('loop', { 'data-state': state }).filter({ hasText: words });
  await beside('At which gate?', 'open').getByTestId('loop-answer-text').fill('The north gate');
  await beside('At which gate?', 'open').getByTestId('loop-answer-adjusted').click();
  await beside('At which gate?', 'adjusted').waitFor();
  await beside('Closed since May', 'open').getByTestId('loop-answer-text').fill('I stood in it yesterday');
  await beside('Closed since May', 'open').getByTestId('loop-answer-declined').click();
  await beside('Closed since May', 'declined').waitFor();
  await beside('The plate says twenty', 'adjusted').waitFor();
  assert.equal(await ada.at('loop').count(), 4, 'the view lists every loop once');
  await ada.view('view-about');
  for (const tab of [ada, ben]) {
    await loop(tab, asked, 'adjusted').filter({ hasText: 'The north gate' }).waitFor();
    await loop(tab, denied, 'declined').filter({ hasText: 'I stood in it yesterday' }).waitFor();
    await contested(tab, denied, true);
  }
});

scenario('on the screen: a baton goes every way, from opened to closed, and its terms are told', async (world) => {
  const { ada, ben } = await meet(world);
  const tabs = [ada, ben];
  const [adaNode, benNode] = [await nodeOf(ben, 'Ada'), await nodeOf(ada, 'Ben')];
  await ada.at('baton-open').click();
  await ada.at('baton-title').fill('Scribe');
  await ada.at('baton-submit').click();
  await inBoth(tabs, 'Scribe', 'free');
  await ada.at('baton-title').waitFor({ state: 'detached' });

  const act = (tab, state, handle) => baton(tab, 'Scribe', state).getByTestId(handle).click();
  const offer = async () => {
    await act(ada, 'held', 'baton-offer');
    await ada.at('baton-offer-to').selectOption(benNode);
    await ada.at('baton-offer-submit').click();
    await inBoth(tabs, 'Scribe', 'offered', adaNode);
  };
  await act(ada, 'free', 'baton-take');
  await inBoth(tabs, 'Scribe', 'held', adaNode);
  assert.equal(await ben.at('baton-take').count(), 0, 'what is held is not to be taken');

  await offer();
  await act(ada, 'offered', 'baton-offer-withdraw');
  await inBoth(tabs, 'Scribe', 'held', adaNode);
  await offer();
  await act(ben, 'offered', 'baton-decline');
  await inBoth(tabs, 'Scribe', 'held', adaNode);
  await offer();
  await act(ben, 'offered', 'baton-accept');
  await inBoth(tabs, 'Scribe', 'held', benNode);

  const history = ada.at('baton-history');
  await history.locator('summary').click();
  const terms = history.locator('li');
  await until('both terms are told', async () => (await terms.count()) === 2);
  assert.match(await terms.nth(0).innerText(), /Ada/);
  assert.match(await terms.nth(1).innerText(), /Ben/);
  await terms.nth(1).getByTestId('feedback-appreciate').click();
  await ben.at('baton-history').locator('summary').click();
  await ben.at('baton-history').locator('.signal').filter({ hasText: 'Ada' }).waitFor();

  await act(ben, 'held', 'baton-release');
  await inBoth(tabs, 'Scribe', 'free');
  await act(ada, 'free', 'baton-take');
  await inBoth(tabs, 'Scribe', 'held', adaNode);
  await act(ada, 'held', 'baton-close');
  await inBoth(tabs, 'Scribe', 'closed');
});

scenario('on the screen: who left while leading is stood in for, and takes the lead back', async (world) => {
  const { context, link, ada, ben } = await meet(world, 'stand-up');
  const [adaNode, benNode] = [await nodeOf(ben, 'Ada'), await nodeOf(ada, 'Ben')];
  await ada.at('baton-open').click();
  await ada.at('baton-title').fill('Facilitator');
  await ada.at('baton-submit').click();
  await baton(ada, 'Facilitator', 'free').getByTestId('baton-take').click();
  await inBoth([ada, ben], 'Facilitator', 'held', adaNode);
  assert.equal(await ben.at('baton-step-in').count(), 0, 'nobody steps in for who is here');
  await ada.close();
  await person(ben, 'Ada', 'gone').waitFor();
  await baton(ben, 'Facilitator', 'held').getByTestId('baton-step-in').click();
  await baton(ben, 'Facilitator', 'held', benNode).waitFor();

  const back = await world.tab(context, 'Ada', link);
  await baton(back, 'Facilitator', 'held', benNode).getByTestId('baton-reclaim').click();
  await inBoth([back, ben], 'Facilitator', 'held', adaNode);
  const history = baton(ben, 'Facilitator', 'held').getByTestId('baton-history');
  await history.locator('summary').click();
  await until('all three terms are told', async () => (await history.locator('li').count()) === 3);
});

scenario('on the screen: the invitation is the link, as text and picture; the keyboard comes back', async (world) => {
  const { ada, link } = await found(world, await browser(world));
  await ada.at('invite-open').click();
  await ada.page.getByRole('dialog').waitFor();
  await ada.until('the link is there', async () => (await ada.at('invite-link').inputValue()) === link);
  await ada.at('invite-qr').waitFor();
  assert.ok(await ada.at('invite-qr').getAttribute('aria-label'), 'the picture has a name');
  await ada.page.keyboard.press('Escape');
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
  await ada.until('the keyboard is back', () =>
    ada.page.evaluate(() => document.activeElement.dataset.testid === 'invite-open'),
  );
});

scenario('on the screen: strengths, theme and the offline switch do what they say', async (world) => {
  const { ada, ben } = await meet(world);
  await ada.view('view-settings');
  await ada.until('the name stands there', async () => (await ada.at('name-input').inputValue()) === 'Ada');
  await ada.at('strengths-input').fill('listening, maps');
  await ada.at('name-submit').click();
  await person(ben, 'Ada').filter({ hasText: 'listening, maps' }).waitFor();

  const ink = () => ada.page.evaluate(() => getComputedStyle(document.body).color);
  await ada.at('theme').selectOption('light');
  const light = await ink();
  await ada.at('theme').selectOption('dark');
  await ada.until('it is dark', async () => (await ink()) !== light);

  await ada.at('offline-switch').click();
  await connection(ada, 'offline');
  await ben.until('Ada is not here', async () => (await person(ben, 'Ada').count()) === 0);
  const cid = await ada.compose('written on the train');
  assert.equal(await ben.shownPost(cid).count(), 0);
  await ada.at('offline-switch').click();
  await connection(ada, 'in-sync');
  await ben.shownPost(cid).waitFor();
  await person(ben, 'Ada').waitFor();

  await ada.page.reload();
  await ada.at('room').waitFor();
  assert.notEqual(await ink(), light, 'the theme is remembered');
});

scenario('on the screen: a room is exported, imported where nobody is, and forgotten', async (world) => {
  const { ada, link } = await found(world, await browser(world));
  const cid = await ada.compose('carried on a stick');
  await ada.view('view-settings');
  const downloading = ada.page.waitForEvent('download');
  await ada.at('export-car').click();
  const file = await downloading;
  assert.equal(file.suggestedFilename(), 'Crew-of-the-bridge.car');
  const path = await file.path();
  await ada.close();

  const cleo = await world.tab(await browser(world), 'Cleo', link);
  await connection(cleo, 'alone');
  assert.equal(await cleo.shownPost(cid).count(), 0);
  await cleo.view('view-settings');
  const choosing = cleo.page.waitForEvent('filechooser');
  await cleo.at('import-car').click();
  await (await choosing).setFiles(path);
  await cleo.shownPost(cid).filter({ hasText: 'carried on a stick' }).waitFor();
  await until('the title came, too', async () => (await cleo.at('room-title').innerText()) === TITLE);

  await cleo.at('forget-room').click();
  await cleo.at('forget-room-confirm').click();
  await cleo.at('start').waitFor();
  await until('it is no room of mine', async () => (await cleo.at('my-rooms').getByRole('link').count()) === 0);
  assert.equal(await cleo.at('notice').count(), 0);
});

/** A phone in upright position, used with a finger. */
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Nothing sticks out to the side: a page of that kind slips under the finger. */
const fits = (tab) =>
  tab.until('nothing is wider than the screen', () =>
    tab.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
  );

scenario('on the screen of a phone: found, name, post, feedback, a baton and all views, by touch alone', async (world) => {
  const phone = await browser(world, PHONE);
  const ada = await world.tab(phone, 'Ada');
  await ada.at('found-title').fill(TITLE);
  await ada.at('found-form').selectOption('stand-up');
  await fits(ada);
  await ada.at('found-submit').tap();
  await ada.at('room').waitFor();
  const link = await ada.until('the address is the link', () => ada.page.url().includes('#/r/') && ada.page.url());
  await ada.at('name-input').fill('Ada');
  await ada.at('name-submit').tap();
  await ada.at('name-input').waitFor({ state: 'detached' });
  const ben = await world.tab(phone, 'Ben', link);
  await ben.at('name-input').fill('Ben');
  await ben.at('name-submit').tap();
  await connection(ben, 'in-sync');
  for (const tab of [ada, ben]) await fits(tab);

  await ada.at('composer-kind').selectOption('need');
  await ada.at('composer-text').fill('Who calls the harbour?');
  await ada.at('composer-submit').tap();
  const post = ben.at('post', { 'data-kind': 'need' }).filter({ hasText: 'Who calls the harbour?' });
  await post.waitFor();
  const cid = await post.getAttribute('data-cid');
  await post.getByTestId('post-more').tap();
  await post.getByRole('button', { name: 'New role' }).tap();
  await baton(ben, 'Who calls the harbour?', 'free').getByTestId('baton-take').tap();
  const mine = baton(ben, 'Who calls the harbour?', 'held');
  await mine.locator('.baton-shows').tap();
  await fits(ben);
  await mine.getByTestId('baton-release').tap();
  await baton(ada, 'Who calls the harbour?', 'free').waitFor();

  await ben.shownPost(cid).getByTestId('feedback-appreciate').tap();
  await ada.shownPost(cid).locator('.signal').filter({ hasText: 'Ben' }).waitFor();
  await ben.actOn(cid, 'feedback-question', (button) => button.tap());
  await ben.shownPost(cid).getByTestId('feedback-text').fill('Which harbour?');
  await fits(ben);
  await ben.shownPost(cid).getByTestId('feedback-submit').tap();
  await loop(ada, cid, 'open').waitFor();

  await ada.showLoops((button) => button.tap());
  await ada.shownPost(cid).waitFor({ state: 'hidden' });
  await fits(ada);
  // The stream behind the view has the loop, too.
  const seen = (handle) => ada.page.locator(`[data-testid="${handle}"]:visible`);
  await seen('loop-answer-text').fill('The old one');
  await seen('loop-answer-adjusted').tap();
  await ada.page.locator('[data-testid="loop"][data-state="adjusted"]:visible').waitFor();
  await ada.view('view-about', (it) => it.tap());
  await ada.page.getByText('What we ask of each other').waitFor();
  await fits(ada);
  await ada.view('view-settings', (it) => it.tap());
  await ada.until('the name stands there', async () => (await ada.at('name-input').inputValue()) === 'Ada');
  await fits(ada);
  await world.picture('phone settings', ada);
  await ada.at('invite-open').tap();
  await ada.until('the link is there', async () => (await ada.at('invite-link').inputValue()) === link);
  await fits(ada);
  await ada.page.keyboard.press('Escape');
  await ada.view('tab-talk', (it) => it.tap());
  await loop(ada, cid, 'adjusted').filter({ hasText: 'The old one' }).waitFor();
  await loop(ben, cid, 'adjusted').waitFor();
  for (const tab of [ada, ben]) await fits(tab);
  await world.picture('phone stream', ben);
  for (const handle of ['tab-talk', 'tab-agreed', 'tab-more', 'composer-submit']) {
    const box = await ada.at(handle).boundingBox();
    assert.ok(box.width >= 44 && box.height >= 44, `${handle} is large enough for a finger`);
  }
});

scenario('by keyboard alone: found, post, take a baton, give feedback, answer', async (world) => {
  const context = await browser(world);
  const reach = async (tab, handle) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if (await tab.page.evaluate((handle) => document.activeElement?.dataset.testid === handle, handle)) return;
      await tab.page.keyboard.press('Tab');
    }
    assert.fail(`the Tab key never reaches ${handle}`);
  };
  const use = async (tab, handle, key = 'Enter') => {
    await reach(tab, handle);
    await tab.page.keyboard.press(key);
  };
  const type = async (tab, handle, words) => {
    await reach(tab, handle);
    await tab.page.keyboard.type(words);
  };
  const ada = await world.tab(context, 'Ada');
  await ada.at('start').waitFor();
  await type(ada, 'found-title', TITLE);
  await reach(ada, 'found-form');
  await ada.page.keyboard.type('Stand');
  await use(ada, 'found-submit');
  await ada.at('room').waitFor();
  const link = await ada.until('the address is the link', () => ada.page.url().includes('#/r/') && ada.page.url());
  await ada.at('name-input').waitFor();
  await use(ada, 'name-submit');
  await ada.at('name-input').waitFor({ state: 'detached' });
  await type(ada, 'composer-text', 'no mouse needed');
  await ada.page.keyboard.press('Enter');
  const post = ada.at('post', { 'data-sent': 'sent' }).filter({ hasText: 'no mouse needed' });
  await post.waitFor();
  const cid = await post.getAttribute('data-cid');
  await use(ada, 'baton-open');
  await type(ada, 'baton-title', 'Facilitator');
  await ada.page.keyboard.press('Enter');
  await baton(ada, 'Facilitator', 'free').waitFor();
  await use(ada, 'baton-take', 'Space');
  const held = ada.at('baton', { 'data-state': 'held' });
  await held.waitFor();
  assert.ok(
    await held.evaluate((element) => element.contains(document.activeElement)),
    'the keyboard stays at the baton',
  );

  const ben = await world.tab(context, 'Ben', link);
  await ben.shownPost(cid).waitFor();
  await ben.at('baton', { 'data-state': 'held' }).waitFor();
  await use(ben, 'feedback-appreciate');
  await ada.shownPost(cid).locator('.signal').waitFor();
  await use(ben, 'post-more');
  await use(ben, 'feedback-question');
  await type(ben, 'feedback-text', 'not even once?');
  await ben.page.keyboard.press('Control+Enter');
  await loop(ada, cid, 'open').waitFor();
  await type(ada, 'loop-answer-text', 'not once');
  await use(ada, 'loop-answer-adjusted');
  await loop(ben, cid, 'adjusted').filter({ hasText: 'not once' }).waitFor();
});

scenario('on the screen: a link where nobody is: opened again the same node, forgotten gone', async (world) => {
  const founder = await found(world, await browser(world));
  const { link } = founder;
  await founder.ada.close();
  const ben = await world.tab(await browser(world), 'Ben', link);
  await connection(ben, 'alone');
  const me = () => ben.at('person', { 'data-here': 'here' }).getAttribute('data-node');
  const node = await me();
  const rooms = ben.at('my-rooms').getByRole('link');

  await ben.page.locator('.home').click();
  await ben.at('start').waitFor();
  await rooms.click();
  await ben.at('room').waitFor();
  assert.equal(await me(), node, 'the key is kept with the room');
  await connection(ben, 'alone');
  await ben.page.goBack();
  await ben.at('start').waitFor();
  await ben.page.goForward();
  await ben.at('room').waitFor();
  assert.equal(await me(), node);

  await connection(ben, 'alone');
  await ben.view('view-settings');
  await ben.at('forget-room').click();
  await ben.at('forget-room-confirm').click();
  await ben.at('start').waitFor();
  await until('it is no room of mine', async () => (await rooms.count()) === 0);
  assert.equal(await ben.at('notice', { 'data-code': 'room-in-use' }).count(), 0, 'no other tab has it open');

  await ben.at('join-link').fill(link);
  await ben.at('join-submit').click();
  await ben.at('room').waitFor();
  assert.notEqual(await me(), node, 'who forgot a room comes back as somebody new');
});

scenario('a link opened twice at once in one tab is one node', async (world) => {
  const context = await browser(world);
  const { ada, link } = await found(world, context);
  const ben = await world.tab(context, 'Ben');
  await ben.page.evaluate((link) => Promise.all([window.paceline.join(link), window.paceline.join(link)]), link);
  await ben.at('room').waitFor();
  await connection(ben, 'in-sync');
  const cid = await ben.compose('there is one of me');
  await ada.shownPost(cid).waitFor();
  assert.equal((await ada.status()).peers.length, 1);
  assert.equal((await ben.status()).peers.length, 1);
  assert.equal(await ada.at('person').count(), 2);
});
