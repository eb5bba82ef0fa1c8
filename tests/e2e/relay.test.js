// Separate browser processes that share nothing but a link find each other through relays: the host's own, bad ones,
// and ones that cannot be reached. What goes through is captured and searched.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setClock } from './lib/clock.js';
import { freePort, startHost } from './lib/host.js';
import { dropsHalf, found, inTheMiddle, losesHalf, marks, replays } from './lib/middle.js';
import { BASE } from './lib/server.js';
import { converged, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** What browsers print when a relay does not answer or goes away. */
const NO_RELAY = /WebSocket connection to/;

/** A room founded in one browser process and opened by link in others. */
async function apart(world, names, { url = world.url, browser = {}, ...room } = {}) {
  const [own, ...others] = await Promise.all(names.map(() => world.browser(browser)));
  const founder = await world.tab(own, names[0], url);
  const link = await founder.found({ title: 'Apart', purpose: '', form: 'blank', ...room });
  await founder.inRoom();
  const guests = await Promise.all(others.map((context, n) => world.tab(context, names[n + 1], link)));
  return { link, tabs: [founder, ...guests], contexts: [own, ...others] };
}

const linked = (tabs) => Promise.all(tabs.map((tab) => tab.linked(tabs.length - 1)));

async function noticed(tab, code) {
  const notice = tab.at('notice', { 'data-code': code });
  await notice.waitFor();
  const text = (await notice.innerText()).trim();
  assert.match(text, /[a-z]+ [a-z]+ [a-z]+.*\./i, 'a sentence');
  return text;
}

const relay = async (tab, url) => (await tab.status()).rendezvous.find((one) => one.url?.startsWith(url));

scenario('two browsers meet through the relay of the host that serves them, and go on without it', async (world) => {
  const host = await startHost(world);
  const { tabs } = await apart(world, ['Ada', 'Ben'], { url: host.url });
  await linked(tabs);
  const [ada, ben] = tabs;
  await ben.has(await ada.post('through whom?'));
  for (const tab of tabs) {
    const { peers, rendezvous } = await tab.status();
    assert.deepEqual([peers[0].via, peers[0].path], ['nostr', 'webrtc']);
    const { sent, received } = rendezvous.find((one) => one.kind === 'nostr');
    assert.ok(sent > 0 && received > 0);
    world.log(`${tab.name} sent the relay ${sent} messages and received ${received}`);
  }
  world.provokes(NO_RELAY);
  // Nor is what the page was still fetching for later.
  world.provokes(/ERR_CONNECTION_REFUSED/);
  assert.equal(await host.stop(), 0);
  await ada.has(await ben.post('nobody is needed any more'));
  await converged(tabs);
});

scenario('three meet through relays of which one is dead, one loses half and one repeats old messages', async (world) => {
  world.provokes(NO_RELAY);
  const host = await startHost(world);
  const dead = `http://127.0.0.1:${await freePort()}`;
  world.allow(dead);
  const dropping = await inTheMiddle(world, host.origin, dropsHalf());
  const replaying = await inTheMiddle(world, host.origin, replays());
  world.server.config = { relays: [`${dead.replace('http', 'ws')}/relay`, dropping.relay, replaying.relay], stun: [] };
  const { link, tabs, contexts } = await apart(world, ['Ada', 'Ben']);
  await linked(tabs);
  const [ada, ben] = tabs;
  const before = await ben.post('I was here');
  await ada.has(before);
  await contexts[1].close();
  const old = replaying.manners.count();
  assert.ok(old > 0, 'there is something to repeat');
  const cleo = await world.tab(await world.browser(), 'Cleo', link);
  await cleo.has(before);
  await ada.has(await cleo.post('and I am here now'));
  assert.equal((await converged([ada, cleo])).posts.length, 2);
  const repeated = replaying.messages.length;
  world.log(`${old} old messages were repeated, ${repeated} went through, ${dropping.messages.length} by the one that loses half`);
  world.log(`refused: ${JSON.stringify((await cleo.status()).refused)}`);
});

scenario('two meet through nothing but one relay that loses half of all that is sent, requests and answers alike', async (world) => {
  const host = await startHost(world);
  const losing = await inTheMiddle(world, host.origin, losesHalf());
  world.server.config = { relays: [losing.relay], stun: [] };
  const { tabs } = await apart(world, ['Ada', 'Ben']);
  // In simulation half of all pairs take 20 s, and of a hundred the unluckiest three minutes.
  await Promise.all(tabs.map((tab) => tab.linked(1, 5 * 60_000)));
  const [ada, ben] = tabs;
  await ben.has(await ada.post('half of it was enough'));
  assert.ok(losing.manners.lost() > 0, 'something was lost');
  world.log(`${losing.manners.lost()} of ${losing.messages.length} messages were lost`);
});

scenario('host and relay see no title, name, text, room or secret', async (world) => {
  const host = await startHost(world);
  const middle = await inTheMiddle(world, host.origin);
  const words = {
    title: 'The Salamander Plan',
    purpose: 'Cross the river before the flood',
    name: 'Quirina Zuckermann',
    other: 'Bartholomew Okonkwo',
    text: 'we leave at dawn by the northern gate',
  };
  const { link, tabs } = await apart(world, ['Ada', 'Ben'], {
    url: middle.origin + BASE,
    title: words.title,
    purpose: words.purpose,
  });
  await linked(tabs);
  const [ada, ben] = tabs;
  await ada.call('introduce', { name: words.name });
  await ben.call('introduce', { name: words.other });
  await ben.has(await ada.post(words.text));
  await converged(tabs);
  const code = link.split('#/r/')[1];
  const bytes = Buffer.from(code, 'base64url');
  const hidden = {
    ...Object.fromEntries(Object.entries(words).map(([name, text]) => [name, Buffer.from(text)])),
    'room id': Buffer.from((await ada.status()).room),
    'room digest': bytes.subarray(1, 33),
    secret: bytes.subarray(33, 65),
    'link code': Buffer.from(code),
    'a node': Buffer.from(await ada.node()),
    'another node': Buffer.from(await ben.node()),
  };
  const { seen, messages } = middle;
  assert.ok(seen.some((one) => one.toString().startsWith(`GET ${BASE}`)), 'requests were captured');
  assert.ok(messages.some(({ way, text }) => way === 'up' && text.startsWith('["EVENT"')), 'events were captured');
  for (const [what, needle] of Object.entries(hidden)) {
    for (const spelt of ['utf8', 'hex', 'base64', 'base64url']) {
      const shown = JSON.stringify({ content: Buffer.concat([Buffer.from('x'), needle]).toString(spelt) });
      if (spelt !== 'utf8' || needle.equals(Buffer.from(needle.toString())))
        assert.ok(found([shown], needle).length > 0, `${what} in ${spelt} would be found`);
    }
    assert.deepEqual(found(seen, needle), [], `${what} is not seen`);
  }
  world.log(`${seen.length} requests and messages, ${seen.join('').length} bytes searched`);
});

scenario('the relay serves pages that others wrote, too: Trystero', async (world) => {
  const host = await startHost(world);
  const address = `${world.url}?page=trystero#interop,${encodeURIComponent(host.relay)}`;
  const pages = await Promise.all([1, 2].map(async () => (await world.browser()).newPage()));
  const met = (page) =>
    until('Trystero has found a peer', () => page.evaluate(() => window.rival?.open === 1), 20_000);
  // Its offers now and then come without an address, and then it does not meet; pages that are opened again do.
  for (let attempt = 1; ; attempt += 1) {
    for (const page of pages) await page.goto('about:blank');
    for (const page of pages) await page.goto(address);
    const outcomes = await Promise.allSettled(pages.map(met));
    const missed = outcomes.find((one) => one.status === 'rejected');
    if (!missed) return world.log(`Trystero met at attempt ${attempt}`);
    if (attempt === 5) throw missed.reason;
  }
});

/** Makes the clock of all pages that are opened from now on show noon (UTC) of a day, and go on from there. */
const noonOf = (context, day) => setClock(context, Date.parse(`${day}T12:00:00Z`) - Date.now());

scenario('two rooms, and two days of one room, share no topic and no key at the relay', async (world) => {
  const host = await startHost(world);
  const [own, other] = [await world.browser(), await world.browser()];
  const links = new Map();
  const seen = [];
  for (const day of ['2031-05-01', '2031-05-02']) {
    for (const context of [own, other]) await noonOf(context, day);
    // Whom pages ask for the time lives on that day, too.
    world.server.clock = Date.parse(`${day}T12:00:00Z`) - Date.now();
    for (const room of ['one', 'two']) {
      const middle = await inTheMiddle(world, host.origin);
      world.server.config = { relays: [middle.relay], stun: [] };
      const ada = await world.tab(own, 'Ada', links.get(room) ?? world.url);
      assert.equal(await ada.page.evaluate(() => new Date().toISOString().slice(0, 10)), day);
      if (!links.has(room)) links.set(room, await ada.found({ title: room, purpose: '', form: 'blank' }));
      await ada.inRoom();
      const ben = await world.tab(other, 'Ben', links.get(room));
      await linked([ada, ben]);
      await Promise.all([ada.close(), ben.close()]);
      const { topics, keys } = marks(middle.messages);
      assert.ok(topics.size > 0 && keys.size > 1, 'both said something');
      seen.push({ day, room, topics, keys });
    }
  }
  for (const [n, one] of seen.entries()) {
    for (const two of seen.slice(n + 1)) {
      const both = `room ${one.room} on ${one.day} and room ${two.room} on ${two.day}`;
      assert.deepEqual([...one.topics].filter((topic) => two.topics.has(topic)), [], `topics of ${both}`);
      assert.deepEqual([...one.keys].filter((key) => two.keys.has(key)), [], `keys of ${both}`);
    }
  }
});

scenario('no relay that answers is told, costs nothing that was said, and is tried again', async (world) => {
  world.provokes(NO_RELAY);
  const port = await freePort();
  world.allow(`http://127.0.0.1:${port}`);
  world.server.config = { relays: [`ws://127.0.0.1:${port}/relay`], stun: [] };
  const context = await world.browser();
  const ada = await world.tab(context, 'Ada');
  const link = await ada.found({ title: 'Alone', purpose: '', form: 'blank' });
  await ada.inRoom();
  const before = await ada.post('said to nobody');
  await noticed(ada, 'no-relay');
  await startHost(world, '--port', String(port));
  const ben = await world.tab(await world.browser(), 'Ben', link);
  await linked([ada, ben]);
  await ben.has(before);
  assert.equal((await relay(ada, `ws://127.0.0.1:${port}/`)).state, 'open');
});

scenario('a certificate that nobody vouches for is a relay that cannot be reached; accepted, it is one like any other', async (world) => {
  world.provokes(NO_RELAY);
  const cache = await mkdtemp(path.join(os.tmpdir(), 'paceline-certificate-'));
  world.cleanups.push(() => rm(cache, { recursive: true, force: true }));
  const host = await startHost(world, '--self-signed', '--cache', cache);
  assert.ok(host.relay.startsWith('wss://'));
  world.server.config = { relays: [host.relay], stun: [] };
  const wary = await world.tab(await world.browser(), 'Wary');
  await wary.found({ title: 'Wary', purpose: '', form: 'blank' });
  await noticed(wary, 'no-relay');
  const { tabs } = await apart(world, ['Ada', 'Ben'], { url: host.url, browser: { ignoreHTTPSErrors: true } });
  await linked(tabs);
  await tabs[1].has(await tabs[0].post('over TLS'));
  assert.ok(await tabs[0].page.evaluate(() => isSecureContext && 'locks' in navigator));
});

scenario('an encrypted page says which relays it may not use, and rooms open all the same', async (world) => {
  const cache = await mkdtemp(path.join(os.tmpdir(), 'paceline-certificate-'));
  world.cleanups.push(() => rm(cache, { recursive: true, force: true }));
  const config = { relays: ['ws://relay.example/'], stun: [] };
  const host = await startHost(world, { config }, '--self-signed', '--cache', cache, '--relays', 'page');
  const ada = await world.tab(await world.browser({ ignoreHTTPSErrors: true }), 'Ada', host.url);
  assert.match(await noticed(ada, 'mixed-content'), /relay\.example/);
  await ada.found({ title: 'Mixed', purpose: '', form: 'blank' });
  await ada.inRoom();
  await ada.post('nothing is lost');
});
