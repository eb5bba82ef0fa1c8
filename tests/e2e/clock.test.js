// A browser whose clock is wrong finds the others all the same, at a relay that judges by the time, as most public ones do.
import assert from 'node:assert/strict';
import { setClock } from './lib/clock.js';
import { startHost } from './lib/host.js';
import { inTheMiddle } from './lib/middle.js';
import { PATIENCE } from './lib/tab.js';
import { scenario } from './lib/world.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** What the relay refused, and why. */
const refusals = ({ messages }) =>
  messages.filter(({ way, text }) => way === 'down' && /^\["OK","[0-9a-f]+",false/.test(text)).map(({ text }) => JSON.parse(text)[3]);

/** When events that went to the relay say that they were written, in seconds from now. */
const written = ({ messages }) =>
  messages
    .filter(({ way, text }) => way === 'up' && text.startsWith('["EVENT"'))
    .map(({ text }) => JSON.parse(text)[1].created_at - Date.now() / 1000);

async function atStrictRelay(world) {
  const host = await startHost(world, '--strict-clock');
  const middle = await inTheMiddle(world, host.origin);
  world.server.config = { relays: [middle.relay], stun: [] };
  return middle;
}

/** Ada, whose clock is right, and Ben, whose clock is that many milliseconds ahead; one of them founds, and the other comes. */
async function meet(world, ahead, founder = 'Ada') {
  const contexts = { Ada: await world.browser(), Ben: await world.browser() };
  await setClock(contexts.Ben, ahead);
  const guest = founder === 'Ada' ? 'Ben' : 'Ada';
  const first = await world.tab(contexts[founder], founder);
  const link = await first.found({ title: 'What time is it?', purpose: '', form: 'blank' });
  await first.inRoom();
  const second = await world.tab(contexts[guest], guest, link);
  await Promise.all([first, second].map((tab) => tab.linked(1)));
  assert.equal((await second.status()).peers[0].via, 'nostr');
  return founder === 'Ada' ? [first, second] : [second, first];
}

for (const [what, ahead, told] of [
  ['two minutes late', -2 * MINUTE, /2 minutes slow/],
  ['a day late', -DAY, /24 hours slow/],
  ['a day ahead', DAY, /24 hours fast/],
]) {
  scenario(`who is ${what} meets the others by the right time, is told once, and signs posts by its own`, async (world) => {
    const middle = await atStrictRelay(world);
    const [ada, ben] = await meet(world, ahead);
    const notice = ben.at('notice', { 'data-code': 'clock-off' });
    await notice.filter({ hasText: told }).waitFor({ timeout: PATIENCE });
    assert.equal(await ada.at('notice', { 'data-code': 'clock-off' }).count(), 0, 'the others’ clocks are right');
    const cid = await ben.post('by my clock');
    await ada.has(cid);
    const { at } = (await ada.state()).posts.find((post) => post.cid === cid);
    assert.ok(Math.abs(at - Date.now() - ahead) < MINUTE, 'the log keeps what its author’s clock says');
    assert.ok(written(middle).some((seconds) => Math.abs(seconds) < 30));
    world.log(`refused: ${JSON.stringify(refusals(middle))}`);
    await ben.page.reload();
    await ben.linked(1);
    assert.equal(await notice.count(), 0, 'once a tab');
  });
}

scenario('where the host says nothing of the time, it is learned from a refusal and what others say', async (world) => {
  world.server.clock = null;
  const middle = await atStrictRelay(world);
  const [, ben] = await meet(world, -2 * MINUTE, 'Ben');
  assert.ok(refusals(middle).includes('invalid: ephemeral event expired'), 'it was refused before');
  await ben.at('notice', { 'data-code': 'clock-off' }).filter({ hasText: /2 minutes slow/ }).waitFor({ timeout: PATIENCE });
});

scenario('a host whose own clock is wrong keeps nobody apart whose clock is right', async (world) => {
  world.server.clock = -3 * MINUTE;
  const hosts = [await startHost(world, '--strict-clock'), await startHost(world, '--strict-clock')];
  world.server.config = { relays: hosts.map((host) => host.relay), stun: [] };
  const ada = await world.tab(await world.browser(), 'Ada', hosts[0].url);
  const link = await ada.found({ title: 'Whose time?', purpose: '', form: 'blank' });
  await ada.inRoom();
  const code = link.split('#')[1];
  const ben = await world.tab(await world.browser(), 'Ben', `${world.url}#${code}`);
  await ben.linked(1);
});
