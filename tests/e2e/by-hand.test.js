// Two browser processes that share nothing meet by two pasted codes.
import assert from 'node:assert/strict';
import { converged, PATIENCE } from './lib/tab.js';
import { scenario } from './lib/world.js';

scenario('two separate browsers meet by pasted codes', async (world) => {
  const [one, two] = [await world.browser(), await world.browser()];
  const ada = await world.tab(one, 'Ada');
  const link = await ada.found({ title: 'By hand', purpose: 'No service at all', form: 'blank' });
  await ada.inRoom();
  const before = await ada.post('said before anybody came');
  const ben = await world.tab(two, 'Ben', link);
  const invite = await ada.call('byHand.invite');
  world.log(`the invite has ${invite.length} characters`);
  const reply = await ben.call('byHand.reply', invite);
  world.log(`the reply has ${reply.length} characters`);
  await ada.call('byHand.accept', reply);
  await Promise.all([ada.linked(1), ben.linked(1)]);
  await ben.has(before);
  await ben.post('and I answer');
  const state = await converged([ada, ben]);
  assert.equal(state.posts.length, 2);
  assert.equal(state.title, 'By hand');
  for (const tab of [ada, ben]) {
    const [peer] = (await tab.status()).peers;
    assert.equal(peer.path, 'webrtc');
  }
});

scenario('the same with the dialogs on the screen', async (world) => {
  const [one, two] = [await world.browser(), await world.browser()];
  const ada = await world.tab(one, 'Ada');
  const link = await ada.found({ title: 'By hand', purpose: '', form: 'blank' });
  await ada.inRoom();
  const ben = await world.tab(two, 'Ben', link);
  for (const tab of [ada, ben]) {
    await tab.at('invite-open').click();
    await tab.at('by-hand-open').click();
  }
  const text = (locator) => locator.evaluate((element) => (element.value ?? element.textContent).trim());
  const invite = ada.at('by-hand-invite');
  await invite.waitFor();
  await ada.until('the invite is shown', async () => (await text(ada.at('by-hand-invite'))).length > 100);
  await ben.at('by-hand-paste').fill(await text(invite));
  await ben.at('by-hand-submit').click();
  const reply = ben.at('by-hand-reply');
  await reply.waitFor({ timeout: PATIENCE });
  await ben.until('the reply is shown', async () => (await text(reply)).length > 100);
  await ada.at('by-hand-paste').fill(await text(reply));
  await world.picture('by hand', ada);
  await ada.at('by-hand-submit').click();
  await Promise.all([ada.linked(1), ben.linked(1)]);
  await converged([ada, ben]);
});

scenario('a code in the wrong place, twice or too late is named on the screen, and the way on with it', async (world) => {
  const [one, two] = [await world.browser(), await world.browser()];
  const ada = await world.tab(one, 'Ada');
  const link = await ada.found({ title: 'By hand', purpose: '', form: 'blank' });
  await ada.inRoom();
  const ben = await world.tab(two, 'Ben');
  const said = async (tab, code) => {
    const notice = tab.at('notice', { 'data-code': code });
    await notice.waitFor({ state: 'attached', timeout: PATIENCE });
    const words = (await notice.textContent()).trim();
    assert.match(words, /[a-z]+ [a-z]+ [a-z]+.*\./i, 'a sentence');
    return words;
  };
  const take = async (tab, code, named) => {
    await tab.at('by-hand-paste').fill(code);
    await tab.at('by-hand-submit').click();
    if (!named) return;
    const words = await said(tab, named);
    const problem = await tab.at('by-hand-problem').innerText();
    assert.ok(words.includes(problem.trim()), 'the dialog says the same as the notice behind it');
    assert.equal(await tab.at('by-hand-paste').inputValue(), code, 'what was pasted stays');
  };
  const text = (handle) => handle.evaluate((element) => (element.value ?? element.textContent).trim());

  await ada.at('invite-open').click();
  await ada.at('by-hand-open').click();
  await ada.at('by-hand-invite').waitFor({ timeout: PATIENCE });
  const invite = await text(ada.at('by-hand-invite'));
  await ben.at('join-link').fill(invite);
  await ben.at('join-submit').click();
  await said(ben, 'code-not-link');

  await ben.at('join-link').fill(link);
  await ben.at('join-submit').click();
  await ben.at('invite-open').click();
  await ben.at('by-hand-open').click();
  await take(ben, link, 'code-is-room-link');
  await take(ben, 'invite.AQEBAQ', 'code-older');
  await take(ben, invite.slice(0, -5), 'code-damaged');
  await take(ada, invite, 'own-code');
  await take(ben, `  ${invite.toLowerCase().replace(/(.{60})/g, '$1\n')}  `);
  await ben.at('by-hand-reply').waitFor({ timeout: PATIENCE });
  const reply = await text(ben.at('by-hand-reply'));
  await take(ben, invite, 'code-used');
  await take(ben, reply, 'own-code');

  await ada.page.reload();
  await ada.inRoom();
  await ada.at('invite-open').click();
  await ada.at('by-hand-open').click();
  await take(ada, reply, 'code-too-late');

  await ada.until('a new invite', async () => (await text(ada.at('by-hand-invite'))).length > 100);
  await take(ben, await text(ada.at('by-hand-invite')));
  await ben.until('another reply', async () => (await text(ben.at('by-hand-reply'))) !== reply);
  const second = await text(ben.at('by-hand-reply'));
  await take(ada, second);
  await Promise.all([ada.linked(1), ben.linked(1)]);
  await take(ada, second, 'already-connected');
});

scenario("a code that is no code, or is old, or is another room's, is refused in plain words", async (world) => {
  const [one, two] = [await world.browser(), await world.browser()];
  const ada = await world.tab(one, 'Ada');
  const link = await ada.found({ title: 'By hand', purpose: '', form: 'blank' });
  await ada.inRoom();
  const ben = await world.tab(two, 'Ben', link);
  const stranger = await world.tab(two, 'Stranger');
  await stranger.found({ title: 'Another room', purpose: '', form: 'blank' });
  const plain = (error) => Boolean(error.code) && error.plain.length > 10;
  await assert.rejects(ben.call('byHand.reply', 'good morning'), plain);
  const invite = await ada.call('byHand.invite');
  await assert.rejects(stranger.call('byHand.reply', invite), plain);
  const middle = Math.floor(invite.length / 2);
  const damaged = invite.slice(0, middle) + (invite[middle] === 'A' ? 'B' : 'A') + invite.slice(middle + 1);
  await assert.rejects(ben.call('byHand.reply', damaged), plain);
  const reply = await ben.call('byHand.reply', invite);
  await assert.rejects(stranger.call('byHand.accept', reply), plain);
  await ada.call('byHand.accept', reply);
  await Promise.all([ada.linked(1), ben.linked(1)]);
});
