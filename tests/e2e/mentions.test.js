// Naming somebody with "@", who is told so until they opened or answered it; and answers to what stands far above.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { crew } from './lib/crew.js';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const waits = async (tab) => Number(await tab.at('for-you').getAttribute('data-count'));
const isCounted = (tab, count) =>
  tab.until(`${count} wait`, async () => (await waits(tab)) === count && (await tab.page.title()).startsWith('(') === count > 0);
const post = async (tab, cid) => (await tab.state()).posts.find((it) => it.cid === cid);
const sent = async (tab, text) => {
  const shown = tab.at('post', { 'data-sent': 'sent' }).filter({ hasText: text }).last();
  await shown.waitFor();
  return shown.getAttribute('data-cid');
};
const hasKeyboard = (tab, cid) => tab.page.evaluate((cid) => document.activeElement?.dataset.cid === cid, cid);
const isInSight = (tab, cid) =>
  tab.page.evaluate((cid) => {
    const [sight, post] = ['.reading', `#p-${cid}`].map((it) => document.querySelector(it)?.getBoundingClientRect());
    return Boolean(post) && post.bottom > sight.top && post.top < sight.bottom;
  }, cid);

scenario('somebody is named by keys or by a press, is told so, and goes there; whose name was deleted is not', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  const [benNode, cleoNode] = [await ben.node(), await cleo.node()];

  // By keys: the list gets shorter, arrows move, Escape closes it and nothing else.
  await ada.at('composer-text').focus();
  await ada.page.keyboard.type('Ask @');
  await ada.at('mention-option').nth(1).waitFor();
  assert.equal(await ada.at('mention-option').count(), 2, 'everybody but oneself');
  await check(ada, 'people to name');
  await world.picture('mention list wide', ada);
  const chosen = () => ada.at('mention-option', { 'aria-selected': 'true' }).getAttribute('data-node');
  const first = await chosen();
  await ada.page.keyboard.press('ArrowDown');
  await ada.until('the mark moved', async () => (await chosen()) !== first);
  await ada.page.keyboard.type('b');
  await ada.until('one is left', async () => (await ada.at('mention-option').count()) === 1);
  assert.equal(await chosen(), benNode);
  assert.equal(await ada.at('composer-text').getAttribute('aria-activedescendant'), `naming-${benNode}`);
  await ada.page.keyboard.press('Escape');
  await ada.at('mention-list').waitFor({ state: 'detached' });
  assert.equal(await ada.at('composer-text').inputValue(), 'Ask @b');
  await ada.page.keyboard.press('Backspace');
  await ada.page.keyboard.press('Backspace');
  await ada.page.keyboard.type('@be');
  await ada.at('mention-option').waitFor();
  await ada.page.keyboard.press('Enter');
  await ada.until('the name stands there', async () => (await ada.at('composer-text').inputValue()) === 'Ask @Ben ');
  // Cleo is chosen, and her name deleted.
  await ada.page.keyboard.type('or @cl');
  await ada.at('mention-option').waitFor();
  await ada.page.keyboard.press('Enter');
  for (let letters = '@Cleo '.length; letters > 0; letters -= 1) await ada.page.keyboard.press('Backspace');
  await ada.page.keyboard.type('me');
  await ada.page.keyboard.press('Control+Enter');
  const cid = await sent(ada, 'Ask @Ben or me');
  await converged(tabs);
  assert.deepEqual((await post(ben, cid)).mentions, [benNode]);

  await isCounted(ben, 1);
  for (const tab of [ada, cleo]) await isCounted(tab, 0);
  await ben.shownPost(cid).getByTestId('mention').waitFor();
  await ben.at('for-you').click();
  const line = ben.at('wait', { 'data-kind': 'mention', 'data-about': cid });
  await line.filter({ hasText: 'Ada' }).waitFor();
  await check(ben, 'a mention waits');
  await world.picture('mention waits', ben);
  await line.click();
  await ben.until('the message has the keyboard', () => hasKeyboard(ben, cid));
  await isCounted(ben, 0);
  await ben.page.reload();
  await ben.inRoom();
  await ben.shownPost(cid).waitFor();
  await isCounted(ben, 0);

  // On a phone by a press, in an answer.
  await cleo.shownPost(cid).getByTestId('post-reply').tap();
  await cleo.at('composer-text').pressSequentially('@A');
  await cleo.at('mention-option').tap();
  await check(cleo, 'somebody is named, phone');
  await world.picture('mention phone', cleo);
  await cleo.at('composer-text').pressSequentially('why?');
  await cleo.at('composer-submit').tap();
  const answer = await sent(cleo, '@Ada why?');
  await isCounted(ada, 1);
  await ada.shownPost(answer).getByTestId('post-reply').click();
  await ada.at('composer-text').fill('Because');
  await ada.at('composer-submit').click();
  await isCounted(ada, 0);

  // A name leads to the card.
  await ada.shownPost(cid).getByTestId('mention').click();
  await ada.until('the card has the keyboard', () =>
    ada.page.evaluate((node) => document.activeElement?.matches(`[data-testid="person-card"][data-node="${node}"]`), benNode),
  );
  assert.ok(cleoNode);
});

scenario('who names themselves, a stranger or too many calls nobody; an answer from elsewhere or taking back ends it', async (world) => {
  const { ada, ben, tabs } = await crew(world, 'blank');
  const [adaNode, benNode] = [await ada.node(), await ben.node()];
  const stranger = '12D3KooWSCufgHzV4fCwRijfH2k3abrpAJxTKxEvN1FDuRXA2U9x';
  await ada.post('I, @Ada', { mentions: [adaNode, stranger] });
  const refused = await ada.post('all', { mentions: Array.from({ length: 10_000 }, () => benNode) }).catch((error) => error.code);
  assert.equal(refused, 'too-long');
  const marker = await ada.post('nobody was called');
  await ben.has(marker);
  for (const tab of tabs) await isCounted(tab, 0);
  const named = await ada.post('called otherwise', { mentions: [benNode] });
  await isCounted(ben, 1);
  await ben.shownPost(named).getByTestId('mention').filter({ hasText: '@Ben' }).waitFor();
  await ben.post('an answer', { replyTo: named });
  await isCounted(ben, 0);
  const gone = await ada.post('@Ben', { mentions: [benNode] });
  await isCounted(ben, 1);
  await ada.call('retract', gone);
  await isCounted(ben, 0);
});

scenario('an answer to what stands far above is told at the end of the stream, and leads there', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  const first = await ada.post('Who has the key?');
  for (let number = 0; number < 40; number += 1) await ada.post(`line ${number}`);
  await converged(tabs);
  for (const tab of [ada, cleo]) {
    await tab.until('the first is not in sight', async () => !(await isInSight(tab, first)));
    assert.equal(await tab.at('answers-above').count(), 0);
  }
  const answer = await ben.post('I have it', { replyTo: first });
  await ada.at('answers-above').filter({ hasText: 'Ben answered your message from' }).waitFor();
  await cleo.at('answers-above').filter({ hasText: 'Ben answered the message of Ada' }).waitFor();
  const more = [];
  for (const number of [1, 2]) more.push(await ben.post(`and more ${number}`, { replyTo: first }));
  await ada.at('answers-above').filter({ hasText: '2 more' }).waitFor();
  for (const tab of [ada, cleo]) {
    await check(tab, `answers above, ${tab.name}`);
    await world.picture(`answers above ${tab.name}`, tab);
  }
  await cleo.at('answers-above').locator('button').first().tap();
  await cleo.until('the last answer has the keyboard', () => hasKeyboard(cleo, more[1]));
  await ada.at('answers-above').locator('button').first().focus();
  await ada.page.keyboard.press('Enter');
  await ada.until('it has the keyboard', () => hasKeyboard(ada, more[1]));
  for (const tab of [ada, cleo]) {
    await tab.until('the others are in sight too', () => isInSight(tab, answer));
    await tab.at('answers-above').waitFor({ state: 'detached' });
  }
  // What is in sight is not told.
  const next = await ada.shownPost(first).getAttribute('data-cid');
  const seen = await ben.post('seen at once', { replyTo: next });
  await ada.until('it is in sight', () => isInSight(ada, seen));
  assert.equal(await ada.at('answers-above').count(), 0);
});
