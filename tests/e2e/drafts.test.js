// Drafts and what waits to be sent: words, kind and target belong together, come back wherever they were written, and nothing that
// somebody presses throws them away.
import assert from 'node:assert/strict';
import { recordsWith } from './lib/database.js';
import { slow, slowDisk, slowWrites } from './lib/slow.js';
import { until } from './lib/tab.js';
import { scenario } from './lib/world.js';

const value = (tab, handle) => tab.at(handle).inputValue();
const has = (tab, handle, text) => tab.until(`${handle} says “${text.slice(0, 40)}”`, async () => (await value(tab, handle)) === text);
const notice = (tab, code) => tab.at('notice', { 'data-code': code }).first().waitFor();
const press = (tab, cid, handle) => tab.actOn(cid, handle);

/** The log of a room as it is in a tab, for a tab that reaches nobody. */
const car = (tab) => tab.page.evaluate(async () => Array.from(await window.paceline.exportCar()));
const take = (tab, car) => tab.page.evaluate((car) => window.paceline.importCar(new Uint8Array(car)), car);

async function reload(tab) {
  await tab.page.reload();
  await tab.inRoom();
}

scenario('a guest writes before anybody is reached: it is shown as waiting, stays, and goes out when the room is there', async (world) => {
  const { link, tabs } = await world.room(['Ada']);
  const log = await car(tabs[0]);
  const guest = await world.tab(await world.browser(), 'Ben', link);
  const waits = (text) => guest.at('unsent', { 'data-state': 'waiting' }).filter({ hasText: text });
  for (const text of ['is anybody there?', 'I did not mean that']) {
    await guest.at('composer-text').fill(text);
    await guest.at('composer-submit').click();
    await waits(text).waitFor();
    assert.equal(await value(guest, 'composer-text'), '');
  }
  await reload(guest);
  await waits('is anybody there?').waitFor();
  await world.picture('words that wait', guest);
  await waits('I did not mean that').getByTestId('unsent-cancel').click();
  await has(guest, 'composer-text', 'I did not mean that');
  await waits('I did not mean that').waitFor({ state: 'detached' });
  await take(guest, log);
  await guest.at('post', { 'data-sent': 'sent' }).filter({ hasText: 'is anybody there?' }).waitFor();
  assert.equal(await guest.at('unsent').count(), 0);
  await reload(guest);
  assert.deepEqual((await guest.state()).posts.map((post) => post.text), ['is anybody there?']);
  await has(guest, 'composer-text', 'I did not mean that');
});

scenario('an answer that is refused, put aside or reloaded keeps its words, its kind and whom it answers', async (world) => {
  const {
    tabs: [ada],
  } = await world.room(['Ada']);
  const cid = await ada.post('which bridge?');
  const long = `the old one ${'y'.repeat(19_800)}`;
  await press(ada, cid, 'post-reply');
  await ada.at('composer-kind').selectOption('idea');
  await ada.at('composer-text').fill(long);
  await ada.at('composer-too-long').waitFor();
  await world.picture('too long for a post', ada);
  await ada.at('composer-text').press('Enter');
  await notice(ada, 'too-long');
  const whole = async (text) => {
    await has(ada, 'composer-text', text);
    assert.equal(await value(ada, 'composer-kind'), 'idea');
    await ada.page.locator('.replying').filter({ hasText: 'which bridge?' }).waitFor();
  };
  await whole(long);
  await reload(ada);
  await whole(long);
  await ada.at('composer-text').press('Escape');
  await has(ada, 'composer-text', '');
  assert.equal(await value(ada, 'composer-kind'), 'update');
  await ada.at('composer-text').fill('something to everyone');
  await press(ada, cid, 'post-reply');
  await whole(long);
  await ada.at('composer-text').fill('the old one');
  await ada.at('composer-submit').click();
  await ada.at('post', { 'data-sent': 'sent' }).filter({ hasText: 'the old one' }).waitFor();
  const answer = (await ada.state()).posts.find((post) => post.text === 'the old one');
  assert.deepEqual([answer.kind, answer.replyTo], ['idea', cid]);
  await has(ada, 'composer-text', 'something to everyone');
});

scenario('a refusal that comes late never replaces what was typed since', async (world) => {
  const context = await world.browser();
  await context.addInitScript(slowDisk);
  await context.addInitScript(() => {
    const { add } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.add = function (...all) {
      if (window.full) throw new DOMException('', 'QuotaExceededError');
      return add.apply(this, all);
    };
  });
  const {
    tabs: [ada],
  } = await world.room(['Ada'], { context });
  await slow(ada, 2_000);
  await ada.at('composer-text').fill('first');
  await ada.page.evaluate(() => {
    window.full = true;
  });
  await ada.at('composer-text').press('Enter');
  await ada.at('composer-text').fill('second');
  await notice(ada, 'storage-full');
  await ada.at('unsent', { 'data-state': 'held' }).filter({ hasText: 'first' }).waitFor();
  assert.equal(await value(ada, 'composer-text'), 'second');
  await world.picture('refused, and something else was typed', ada);
  await ada.page.evaluate(() => {
    window.full = false;
  });
  await reload(ada);
  await has(ada, 'composer-text', 'second');
  await ada.at('unsent').getByTestId('unsent-retry').click();
  await ada.at('post', { 'data-sent': 'sent' }).filter({ hasText: 'first' }).waitFor();
  assert.deepEqual((await ada.state()).posts.map((post) => post.text), ['first']);
  assert.ok((await slowWrites(ada)) > 0);
});

scenario('“Take back” can be undone, and throws nothing away that is being written', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const [kept, gone] = [await ada.post('kept after all'), await ada.post('gone soon')];
  await ben.has(gone);
  await ada.at('composer-text').fill('half-written');
  await press(ada, kept, 'post-retract');
  await press(ada, gone, 'post-retract');
  await world.picture('being taken back', ada);
  await press(ada, kept, 'undo');
  await ben.shownPost(gone).and(ben.page.locator('.retracted')).waitFor();
  for (const tab of [ada, ben]) {
    const { posts } = await tab.state();
    assert.deepEqual(
      posts.map((post) => post.words),
      ['here', 'retracted'],
    );
  }
  assert.equal(await value(ada, 'composer-text'), 'half-written');
  await ada.shownPost(kept).filter({ hasText: 'kept after all' }).waitFor();
  // A reload in between makes it count: it was asked for.
  const third = await ada.post('third');
  await press(ada, third, 'post-retract');
  await reload(ada);
  await ada.shownPost(third).and(ada.page.locator('.retracted')).waitFor();
  await has(ada, 'composer-text', 'half-written');
});

scenario('what is half-written in any form is there again when it is opened, after Escape, Cancel and a reload', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const [mine, theirs] = [await ben.post('mine'), await ada.post('theirs')];
  await Promise.all([ben.has(theirs), ada.has(mine)]);
  await ada.call('feedback', { target: mine, stance: 'question', text: 'why?' });
  const baton = await ben.call('baton.open', { title: 'Captain' });
  await ben.call('baton.take', baton);
  const post = (cid, handle) => ben.shownPost(cid).getByTestId(handle);
  const forms = [
    ['correct', () => press(ben, theirs, 'feedback-correct'), () => post(theirs, 'feedback-text'), 'it is wrong'],
    ['sources', () => {}, () => post(theirs, 'feedback-sources'), 'https://example.org/right'],
    ['concern', () => press(ben, theirs, 'feedback-concern'), () => post(theirs, 'feedback-text'), 'it is rusty'],
    ['edit', () => press(ben, mine, 'post-edit'), () => post(mine, 'post-edit-text'), 'mine, better'],
    ['offer', () => ben.at('baton-offer').click(), () => ben.at('baton-offer-note'), 'yours'],
    ['open', () => ben.at('baton-open').click(), () => ben.at('baton-title'), 'Scribe'],
  ];
  const shown = async (field, text) => {
    await field.waitFor();
    await ben.until(`it says ${text}`, async () => (await field.inputValue()) === text);
  };
  for (const [name, open, field, text] of forms) {
    await open();
    await field().fill(text);
    if (name !== 'correct') await field().press('Escape');
  }
  await post(mine, 'loop-answer-text').fill('because');
  await ben.at('baton').locator('summary').filter({ hasText: 'Note' }).click();
  await ben.at('baton-word').fill('well done');
  for (const [name, open, field, text] of forms) {
    await open();
    await shown(field(), text);
    if (name !== 'correct') await field().press('Escape');
  }
  await press(ben, theirs, 'feedback-concern');
  await world.picture('half-written everywhere', ben);
  await reload(ben);
  await shown(post(theirs, 'feedback-text'), 'it is rusty');
  await shown(post(mine, 'loop-answer-text'), 'because');
  await shown(ben.at('baton-word'), 'well done');
  await post(theirs, 'feedback-text').press('Escape');
  if (await ben.at('baton-title').isVisible()) await ben.at('baton-title').press('Escape');
  for (const [name, open, field, text] of forms) {
    await open();
    await shown(field(), text);
    if (name !== 'correct') await field().press('Escape');
  }
  // What is sent is a draft no more.
  await press(ben, theirs, 'feedback-correct');
  await post(theirs, 'feedback-submit').click();
  await post(theirs, 'feedback-text').waitFor({ state: 'detached' });
  await post(mine, 'loop-answer-adjusted').click();
  await ben.at('baton-close').click();
  await ben.until('all is said', async () => {
    const { feedback, batons } = await ben.state();
    return feedback.length === 2 && feedback.some((one) => one.state === 'adjusted') && batons[0].state === 'closed';
  });
  await press(ben, theirs, 'feedback-correct');
  assert.equal(await post(theirs, 'feedback-text').inputValue(), '');
});

scenario('the founding form keeps what was written until the room is founded', async (world) => {
  const context = await world.browser();
  const tab = await world.tab(context, 'Ada');
  await tab.at('found-title').fill('Release week');
  await tab.at('found-purpose').fill('Ship it,\ncalmly');
  await tab.at('found-form').selectOption('stand-up');
  await tab.page.reload();
  await has(tab, 'found-title', 'Release week');
  assert.deepEqual(
    [await value(tab, 'found-purpose'), await value(tab, 'found-form')],
    ['Ship it,\ncalmly', 'stand-up'],
  );
  await tab.at('found-submit').dblclick();
  await tab.inRoom();
  assert.equal((await tab.state()).form, 'stand-up');
  const start = await world.tab(context, 'Start');
  assert.equal(await value(start, 'found-title'), '');
  await start.at('my-rooms').getByText('Release week').first().waitFor();
  assert.equal(await start.at('my-rooms').getByText('Release week').count(), 1, 'two clicks found one room');
});

scenario('two clicks do it once, however long storing takes', async (world) => {
  const context = await world.browser();
  await context.addInitScript(slowDisk);
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben'], { context });
  const cid = await ada.post('the crane is old');
  await ben.has(cid);
  await slow(ben, 150);
  await ben.shownPost(cid).getByTestId('feedback-appreciate').dblclick();
  await ben.shownPost(cid).locator('.signal').filter({ hasText: 'You' }).waitFor();
  await press(ben, cid, 'feedback-concern');
  await ben.shownPost(cid).getByTestId('feedback-text').fill('it is rusty');
  await ben.shownPost(cid).getByTestId('feedback-submit').dblclick();
  await ben.shownPost(cid).getByTestId('loop').waitFor();
  // The same post twice is two posts: that may be meant.
  for (let n = 0; n < 2; n += 1) {
    await ben.at('composer-text').fill('again');
    await ben.at('composer-text').press('Enter');
  }
  await ben.at('baton-open').click();
  await ben.at('baton-title').fill('Captain');
  await ben.at('baton-submit').dblclick();
  const take = ben.at('baton-take');
  await take.waitFor();
  await take.evaluate((button) => {
    button.click();
    button.click();
  });
  await take.waitFor({ state: 'detached' });
  await ben.at('baton-release').evaluate((button) => {
    button.click();
    button.click();
  });
  await ben.at('baton-take').waitFor();
  await ben.shownPost(cid).getByTestId('feedback-withdraw').first().dblclick();
  await ben.until('all of it is stored', async () => {
    const state = await ben.state();
    return state.posts.length === 3 && state.feedback.some((one) => one.state === 'withdrawn');
  });
  const { feedback, batons, posts } = await ben.state();
  assert.equal(feedback.length, 2, JSON.stringify(feedback));
  assert.equal(batons.length, 1);
  assert.equal(batons[0].terms.length, 1);
  assert.deepEqual(posts.map((post) => post.text), ['the crane is old', 'again', 'again']);
  assert.ok((await slowWrites(ben)) >= 8);
  assert.deepEqual((await ben.local()).notices, [], 'and nothing was refused');
});

scenario('site data cleared while the room is open: it is said, nothing is lost, and it can be stored anew', async (world) => {
  const {
    tabs: [ada],
    context,
  } = await world.room(['Ada']);
  const before = [await ada.post('one'), await ada.post('two')];
  const session = await context.newCDPSession(ada.page);
  await session.send('Storage.clearDataForOrigin', { origin: world.server.origin, storageTypes: 'all' });
  await ada.at('composer-text').fill('three');
  await ada.at('composer-submit').click();
  await notice(ada, 'storage-gone');
  const said = await ada.at('storage-gone').innerText();
  assert.match(said, /deleted/);
  await world.picture('this browser’s copy is gone', ada);
  await ada.at('unsent').filter({ hasText: 'three' }).waitFor();
  for (const cid of before) await ada.shownPost(cid).waitFor();
  const download = ada.page.waitForEvent('download');
  await ada.at('storage-gone-export').click();
  assert.match((await download).suggestedFilename(), /\.car$/);
  await assert.rejects(ada.post('by a script'), (error) => error.code === 'storage-gone');
  const node = await ada.node();
  await ada.at('store-anew').click();
  await ada.at('storage-gone').waitFor({ state: 'detached' });
  await ada.at('post', { 'data-sent': 'sent' }).filter({ hasText: 'three' }).waitFor();
  const after = await ada.post('four');
  await reload(ada);
  assert.equal(await ada.node(), node, 'it goes on as who it was');
  for (const cid of [...before, after]) await ada.shownPost(cid).waitFor();
  const { posts, people } = await ada.state();
  assert.deepEqual(posts.map((post) => post.text).sort(), ['four', 'one', 'three', 'two']);
  assert.deepEqual(people.filter((person) => person.split), []);
  assert.equal(await ada.at('unsent').count(), 0);
});

scenario('storage that refuses drafts says so before somebody relies on it', async (world) => {
  const context = await world.browser();
  await context.addInitScript(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...all) {
      if (window.refuses && this.name === 'unsent') throw new DOMException('', 'QuotaExceededError');
      return put.apply(this, all);
    };
  });
  const {
    tabs: [ada],
  } = await world.room(['Ada'], { context });
  await ada.page.evaluate(() => {
    window.refuses = true;
  });
  await ada.at('composer-text').fill('will this be kept?');
  await ada.at('composer-unkept').waitFor();
  await world.picture('drafts are not kept', ada);
  // Another place of the browser's has room for it, for once.
  await reload(ada);
  await has(ada, 'composer-text', 'will this be kept?');
  await ada.at('composer-text').fill('it is');
  await ada.until('it is stored again', async () => (await recordsWith(ada.page, 'it is')) > 0);
  assert.equal(await ada.at('composer-unkept').count(), 0);
});

scenario('two tabs write about one post, each its own; a room that is forgotten takes its drafts along', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const cid = await ada.post('which bridge?');
  await ben.has(cid);
  for (const tab of [ada, ben]) {
    await press(tab, cid, 'post-reply');
    await tab.at('composer-text').fill(`the one of ${tab.name}`);
  }
  for (const tab of [ada, ben]) {
    await reload(tab);
    await has(tab, 'composer-text', `the one of ${tab.name}`);
  }
  await ben.close();
  await ada.until('it is stored', async () => (await recordsWith(ada.page, 'the one of Ada')) > 0);
  await ada.at('composer-text').fill('the last word of Ada');
  await ada.view('view-settings');
  await ada.at('forget-room').click();
  await ada.at('forget-room-confirm').click();
  await ada.at('start').waitFor();
  for (const words of ['the one of', 'the last word']) {
    await until(`no record of “${words}” is left`, async () => (await recordsWith(ada.page, words)) === 0);
    const noted = await ada.page.evaluate((words) => Object.values({ ...localStorage }).some((it) => it.includes(words)), words);
    assert.equal(noted, false, 'nor a note');
  }
});

scenario('words that wait about a post that was taken back meanwhile are not sent, and kept', async (world) => {
  const {
    context,
    link,
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const cid = await ada.post('not for long');
  await ben.has(cid);
  const node = await ben.node();
  await ada.call('retract', cid);
  await ben.shownPost(cid).and(ben.page.locator('.retracted')).waitFor();
  await ben.page.goto(`${world.url}?page=blank`);
  // As a page leaves it that ended before it could send this.
  await ben.page.evaluate(
    async ([node, cid]) => {
      const { name } = (await indexedDB.databases()).find((it) => it.name.endsWith(node));
      const opened = indexedDB.open(name);
      await new Promise((resolve) => (opened.onsuccess = resolve));
      const transaction = opened.result.transaction('unsent', 'readwrite');
      const draft = { text: 'I saw that', fields: [['kind', 'idea']], open: false };
      const intent = { id: 'left', place: `reply/${cid}`, act: '', made: 1, held: '', draft, later: 'unknown' };
      transaction.objectStore('unsent').put(JSON.stringify(intent), 'intent/left');
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      opened.result.close();
    },
    [node, cid],
  );
  await ben.page.goto(link);
  await ben.inRoom();
  assert.equal(await ben.node(), node);
  await notice(ben, 'target-gone');
  const held = ben.at('unsent', { 'data-state': 'held' }).filter({ hasText: 'I saw that' });
  await held.waitFor();
  await world.picture('what it was about is gone', ben);
  assert.equal((await ben.state()).posts.length, 1);
  await reload(ben);
  await held.getByTestId('unsent-cancel').click();
  await has(ben, 'composer-text', 'I saw that');
  assert.equal(await value(ben, 'composer-kind'), 'idea');
  assert.equal(context.pages().length, 2);
});

scenario('who becomes somebody new takes along what it was writing; what an earlier build kept is there, too', async (world) => {
  const context = await world.browser();
  const {
    link,
    tabs: [ada],
  } = await world.room(['Ada'], { context });
  const { room } = await ada.status();
  await ada.page.evaluate((room) => sessionStorage.setItem(`paceline.draft.${room}`, 'of the build before'), room);
  await reload(ada);
  await has(ada, 'composer-text', 'of the build before');
  const node = await ada.node();
  await ada.until('it is stored', async () => (await recordsWith(ada.page, 'of the build before')) > 0);
  const { lastUsed } = await import('./lib/database.js');
  await ada.close();
  const besides = await context.newPage();
  await besides.goto(`${world.url}?page=blank`);
  await lastUsed(besides, node, 2);
  const tab = await world.tab(context, 'Somebody', link);
  const cid = await tab.post('where we are');
  await press(tab, cid, 'post-reply');
  await tab.at('composer-text').fill('mine, not hers');
  await tab.page.getByText('I am somebody new').click();
  await tab.until('it is another node', async () => (await tab.node()) !== node);
  await tab.inRoom();
  await has(tab, 'composer-text', 'mine, not hers');
  await tab.page.locator('.replying').filter({ hasText: 'where we are' }).waitFor();
  await tab.at('composer-text').press('Escape');
  await has(tab, 'composer-text', '');
});

scenario('Enter right after a key sends what is in the field, however late the page is drawn', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben']);
  const [ada, ben] = tabs;
  const [mine, theirs] = [await ada.post('first words'), await ben.post('of somebody else')];
  await ada.has(theirs);
  /** Both at once, in one task of the page: nothing is drawn between them. */
  const typeAndSend = (field, text) =>
    field.evaluate((field, text) => {
      field.value = text;
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      field.form.requestSubmit();
    }, text);
  const said = (what, find) => ada.until(`it is said: ${what}`, async () => find(await ada.state()));
  await press(ada, mine, 'post-edit');
  await typeAndSend(ada.shownPost(mine).getByTestId('post-edit-text'), 'other words');
  await said('other words', (it) => it.posts.find((post) => post.cid === mine).text === 'other words');
  await press(ada, theirs, 'feedback-concern');
  await typeAndSend(ada.shownPost(theirs).getByTestId('feedback-text'), 'is it safe?');
  await said('a worry', (it) => it.feedback.some((one) => one.text === 'is it safe?'));
  await press(ada, theirs, 'do-this');
  await typeAndSend(ada.shownPost(theirs).getByTestId('promise-text'), 'in my own words');
  await said('a promise', (it) => it.promises.some((one) => one.text === 'in my own words'));
  await typeAndSend(ada.at('composer-text'), 'right away');
  await said('a post', (it) => it.posts.some((post) => post.text === 'right away'));
});
