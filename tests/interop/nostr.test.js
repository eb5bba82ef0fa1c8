// A client that others wrote, nostr-tools, at the host's relay: it publishes, subscribes and is answered as NIP-01 says, and reads what
// the relay says of itself (NIP-11).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startHost } from '../e2e/lib/host.js';
import { scenario } from '../e2e/lib/world.js';
import { ws } from '../e2e/lib/tools.js';
import { load } from './lib/modules.js';

const { Relay, useWebSocketImplementation } = await load('nostr-tools/relay');
const { finalizeEvent, generateSecretKey, getPublicKey, verifyEvent } = await load('nostr-tools/pure');
const { fetchRelayInformation } = await load('nostr-tools/nip11');
useWebSocketImplementation(ws.WebSocket);

const EPHEMERAL = 25_715;
const now = () => Math.floor(Date.now() / 1000);

function signed(more = {}) {
  const template = { kind: EPHEMERAL, created_at: now(), tags: [['x', 'topic']], content: 'sealed', ...more };
  return finalizeEvent(template, generateSecretKey());
}

async function connected(world, ...flags) {
  const host = await startHost(world, ...flags);
  const connect = async () => {
    const relay = await Relay.connect(host.relay);
    world.cleanups.unshift(async () => relay.close());
    return relay;
  };
  return { host, connect };
}

/** Subscribes; resolves once the relay has said that nothing is stored. */
async function listening(relay, filters) {
  const heard = [];
  const waiting = [];
  let closed;
  const over = new Promise((resolve) => (closed = resolve));
  const caught = new Promise((resolve) => {
    const subscription = relay.subscribe(filters, {
      onevent: (event) => (waiting.length > 0 ? waiting.shift()(event) : heard.push(event)),
      oneose: () => resolve(subscription),
      onclose: (reason) => {
        // The library's own timer outlives a refused subscription, and Node.js waits for it.
        clearTimeout(subscription.eoseTimeoutHandle);
        closed(reason);
        resolve(null);
      },
      eoseTimeout: 60_000,
    });
  });
  const subscription = await caught;
  const next = () => (heard.length > 0 ? Promise.resolve(heard.shift()) : new Promise((resolve) => waiting.push(resolve)));
  return { subscription, next, over };
}

scenario('an ephemeral event goes from one client to the other, is acknowledged, and is not kept', async (world) => {
  const { connect } = await connected(world);
  const [ada, ben] = [await connect(), await connect()];
  const { next, subscription } = await listening(ben, [{ kinds: [EPHEMERAL], '#x': ['topic'] }]);
  assert.ok(subscription, 'EOSE came');
  const event = signed();
  assert.equal(await ada.publish(event), '', 'OK, with nothing to add');
  const heard = await next();
  assert.ok(verifyEvent({ ...heard }), 'what arrives is what was signed');
  assert.deepEqual([heard.id, heard.content, heard.tags], [event.id, 'sealed', [['x', 'topic']]]);
  // The next that a late one hears is the next that is said.
  const late = await listening(ben, [{ kinds: [EPHEMERAL], '#x': ['topic'] }]);
  const after = signed({ content: 'later' });
  await ada.publish(after);
  assert.equal((await late.next()).id, after.id);
  assert.equal((await next()).id, after.id);
});

scenario('filters narrow, and a subscription that is closed hears no more', async (world) => {
  const { connect } = await connected(world);
  const [ada, ben] = [await connect(), await connect()];
  const secret = generateSecretKey();
  const own = (content) =>
    finalizeEvent({ kind: EPHEMERAL, created_at: now(), tags: [['x', 'a']], content }, secret);
  const all = await listening(ben, [{ '#x': ['a'] }]);
  const one = await listening(ben, [{ '#x': ['a'], authors: [getPublicKey(secret)], kinds: [EPHEMERAL] }]);
  const foreign = signed({ tags: [['x', 'a']] });
  await ada.publish(foreign);
  const mine = own('mine');
  await ada.publish(mine);
  assert.equal((await all.next()).id, foreign.id);
  assert.equal((await all.next()).id, mine.id);
  assert.equal((await one.next()).id, mine.id, 'only that author');
  one.subscription.close();
  const last = own('last');
  await ada.publish(last);
  assert.equal((await all.next()).id, last.id);
  // All that was sent before came in order: had the closed one heard of it, it would have by now.
  assert.equal(await Promise.race([one.next(), ada.publish(own('end')).then(() => all.next()).then(() => 'nothing')]), 'nothing');
});

scenario('what is refused is refused in the words of NIP-01', async (world) => {
  const { connect, host } = await connected(world, '--strict-clock');
  const relay = await connect();
  await assert.rejects(relay.publish(signed({ kind: 1 })), /blocked: /);
  await assert.rejects(relay.publish({ ...signed(), content: 'forged' }), /invalid: /);
  await assert.rejects(relay.publish(signed({ created_at: now() - 120 })), /invalid: ephemeral event expired/);
  await assert.rejects(relay.publish(signed({ created_at: now() + 3_600 })), /invalid: created_at too late/);
  const nosy = await listening(relay, [{ kinds: [EPHEMERAL] }]);
  assert.equal(nosy.subscription, null, 'no EOSE');
  assert.match(await nosy.over, /restricted: /);
  const notices = [];
  relay.onnotice = (words) => notices.push(words);
  // Something that no client says, over a socket of its own kind.
  const socket = new ws.WebSocket(host.relay);
  await once(socket, 'open');
  const answered = once(socket, 'message');
  socket.send('["COUNT","x",{}]');
  const [word, words] = JSON.parse((await answered)[0].toString());
  assert.equal(word, 'NOTICE');
  assert.match(words, /unsupported: /);
  socket.close();
  assert.equal(await relay.publish(signed()), '', 'and goes on serving');
  assert.deepEqual(notices, []);
});

scenario('what the relay says of itself is read, and is so', async (world) => {
  const { connect, host } = await connected(world);
  const told = await fetchRelayInformation(host.relay);
  assert.ok(told.supported_nips.includes(1) && told.supported_nips.includes(11));
  assert.equal(told.limitation.auth_required, false);
  const relay = await connect();
  const room = told.limitation.max_message_length - JSON.stringify(['EVENT', signed({ content: '' })]).length;
  assert.equal(await relay.publish(signed({ content: 'x'.repeat(room) })), '', 'as long as it says');
});
