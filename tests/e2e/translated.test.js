// A browser that translates puts elements of its own in the place of text nodes. What is shown afterwards must still be true: each
// state that changes is changed under a translated page, here by a test that translates again and again.
import assert from 'node:assert/strict';
import { until } from './lib/tab.js';
import { translate } from './lib/translation.js';
import { scenario } from './lib/world.js';

/** What a text says, whether a translation has put its marks around parts of it or not. */
const plain = (text) => text.replace(/[«»]/g, '').replace(/\s+/g, ' ').trim();
const shown = async (locator) => plain((await locator.textContent()) ?? '');

/** Waits until it says so; what it says at last is in the message. */
async function says(locator, words) {
  let said;
  await until(`it says ${words}`, async () => {
    said = await shown(locator);
    return typeof words === 'string' ? said === words : words.test(said);
  }).catch((error) => {
    throw new Error(`${error.message}; it says ${said}`);
  });
}

scenario('on a page that the browser translates, what changes is what is shown', async (world) => {
  const {
    link,
    context,
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const cid = await ada.post('The plan: **paint** the bridge');
  await ben.has(cid);
  const baton = await ada.call('baton.open', { title: 'Timekeeper' });
  const scribe = await ada.call('baton.open', { title: 'Scribe' });
  const capsule = (id) => ada.at('baton', { 'data-cid': id });
  await capsule(baton).waitFor();
  assert.ok((await translate(ada)) > 50, 'the page was translated');

  // What is told apart: people's words and fixed labels are translated, names are not.
  const post = ada.shownPost(cid);
  assert.match(await post.getByTestId('post-text').textContent(), /«The plan: »«paint»« the bridge»/);
  assert.equal(await ada.at('composer-submit').textContent(), '«Post»');
  assert.equal(await ada.page.locator('[translate=no] font, [translate=no] [translate=yes]').count(), 0);
  const unmarked = ada.page.locator('button, label, h1, h2, h3, .hint, [data-testid="post-text"]');
  assert.equal(await unmarked.and(ada.page.locator('[translate=no], [translate=no] *')).count(), 0);

  // Batons: free, offered, held, stepped down; the button says what it does.
  await says(capsule(baton).locator('.baton-state'), 'nobody yet');
  await translate(ada);
  await ben.call('baton.take', baton);
  await says(capsule(baton).locator('.baton-state'), /^Ben leads/);
  await capsule(scribe).getByTestId('baton-take').click();
  await says(capsule(scribe).locator('.baton-state'), /^you lead/);
  await says(capsule(scribe).getByTestId('baton-offer'), 'Pass the baton to …');
  await translate(ada);
  await capsule(scribe).getByTestId('baton-release').click();
  await says(capsule(scribe).locator('.baton-state'), 'nobody yet');
  await says(capsule(scribe).getByTestId('baton-take'), 'I’ll do it');

  // A post that is edited, feedback that is given, reach that grows.
  await translate(ada);
  await post.hover();
  await ada.actOn(cid, 'post-edit');
  await translate(ada);
  await ada.at('post-edit-text').fill('The plan: tear it *down*\n\nand soon');
  await ada.at('post-edit-submit').click();
  await says(post.getByTestId('post-text'), 'The plan: tear it downand soon');
  await translate(ada);
  await ben.call('feedback', { target: cid, stance: 'appreciate' });
  await says(post.locator('.signal span').first(), /^Ben appreciated/);
  await translate(ada);
  const loop = await ben.call('feedback', { target: cid, stance: 'question', text: 'Why?' });
  await says(ada.page.locator('.said-here [data-testid="loop"] .loop-state'), /you/);
  await says(ada.at('view-loops').locator('.count-mark .visually-hidden'), /1/);
  await translate(ada);
  await ada.call('answer', loop, { as: 'noted', text: 'Because' });
  await until('the loop is closed', async () => (await ada.at('loop', { 'data-state': 'noted' }).count()) > 0);
  await says(ada.page.locator('.said-here [data-testid="loop"] .loop-state'), /Ada/);
  await translate(ada);
  await says(post.getByTestId('post-reach'), '');
  await ben.close();
  await ada.linked(0);
  const alone = ada.shownPost(await ada.compose('Is anybody here?')).getByTestId('post-reach');
  await says(alone, 'only in this browser so far · not yet: Ben');
  await translate(ada);
  await world.tab(context, 'Ben', link);
  await says(alone, '');
  const cleo = await world.tab(context, 'Cleo', link);
  await ada.linked(2);
  await translate(ada);

  // People come, are renamed and go; posts come; the connection changes.
  await says(ada.page.locator('#people-title .count'), /3/);
  await cleo.call('introduce', { name: 'Cleo' });
  await ada.at('person').filter({ hasText: 'Cleo' }).waitFor();
  await translate(ada);
  await cleo.call('introduce', { name: 'Clementine' });
  await ada.at('person').filter({ hasText: 'Clementine' }).waitFor();
  const fresh = await cleo.post('here I am');
  await says(ada.shownPost(fresh).getByTestId('post-text'), 'here I am');
  await says(ada.shownPost(fresh).getByTestId('post-author'), 'Clementine');
  await translate(ada);
  await cleo.call('retract', fresh);
  await until('it is taken back', async () => !(await shown(ada.shownPost(fresh))).includes('here I am'));
  await says(ada.at('connection-state'), 'connected with 2 others');
  await translate(ada);
  await ada.call('offline');
  await ada.at('connection-state', { 'data-state': 'offline' }).waitFor();
  await says(ada.at('connection-state'), /offline/);
  await translate(ada);
  await ada.call('online');
  await says(ada.at('connection-state'), 'connected with 2 others');
  await translate(ada);

  // Views, dialogs, and another room.
  for (const [view, title] of [
    ['view-loops', 'Open questions'],
    ['view-network', 'Network'],
    ['view-settings', 'Settings'],
    ['view-about', 'Room'],
  ]) {
    await ada.view(view);
    await says(ada.page.locator('.view > h2'), title);
    await translate(ada);
  }
  const place = () => ada.page.evaluate(() => JSON.stringify(history.state));
  const before = await place();
  for (let round = 0; round < 2; round += 1) {
    await ada.at('invite-open').click();
    await ada.at('invite-link').waitFor();
    await translate(ada);
    await ada.until('the link is there', async () => (await ada.at('invite-link').inputValue()) === link);
    await ada.page.keyboard.press('Escape');
    await ada.at('invite-link').waitFor({ state: 'detached' });
  }
  // On its way back over the dialog's entry the browser would not take another address.
  await ada.until('the dialog has left the history, too', async () => (await place()) === before);
  await ada.page.goto(world.url);
  await ada.at('start').waitFor();
  await translate(ada);
  await ada.at('found-form').selectOption({ index: 1 });
  await translate(ada);
  await ada.call('found', { title: 'Second crew', purpose: 'Other things', form: 'blank' });
  await says(ada.at('room-title'), 'Second crew');
  assert.equal(await ada.at('baton').count(), 0);
  await translate(ada);
  await ada.at('composer-text').fill('first words');
  await ada.at('composer-submit').click();
  await says(ada.at('post', { 'data-sent': 'sent' }).getByTestId('post-text'), 'first words');
});
