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
