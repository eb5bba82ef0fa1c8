// Somebody in the middle, between browsers and a host: passes everything on, remembers all of it, and, if asked to,
// behaves as bad relays do.
import http from 'node:http';
import { once } from 'node:events';
import { ws } from './tools.js';

/** Every second message is lost, in each direction: requests, answers, events alike. */
export function dropsHalf() {
  const seen = { up: 0, down: 0 };
  return { passes: (way) => (seen[way] += 1) % 2 === 0 };
}

/** Half of all messages are lost, in each direction, in an order without a pattern that is the same in each run. */
export function losesHalf() {
  let state = 2463534242;
  let lost = 0;
  const passes = () => {
    // xorshift32: Marsaglia, "Xorshift RNGs", 2003.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    if (state <= 0) lost += 1;
    return state > 0;
  };
  return { passes, lost: () => lost };
}

/** Sends every event it ever passed on again: to each new subscription, and with each new event. */
export function replays() {
  const kept = new Map();
  const all = (name) => [...kept.values()].map((event) => JSON.stringify(['EVENT', name, event]));
  return {
    passes: () => true,
    count: () => kept.size,
    more(way, text) {
      const [word, name, event] = JSON.parse(text);
      if (way !== 'down') return [];
      if (word === 'EOSE') return all(name);
      if (word !== 'EVENT' || kept.has(event.id)) return [];
      const before = all(name);
      kept.set(event.id, event);
      return before;
    },
  };
}

/**
 * Stands in front of `host` (its origin). `seen` holds everything that went through, requests as a host reads them and
 * messages as a relay does; `messages` the relay's, as `{ way, text }`. `manners` decides what becomes of messages: whether one `passes`,
 * knowing at which path it came and how to answer in the relay's place.
 */
export async function inTheMiddle(world, host, manners = { passes: () => true }) {
  const seen = [];
  const messages = [];
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}\n${request.rawHeaders.join('\n')}`);
    request.on('data', (data) => seen.push(data));
    const upstream = http.request(host + request.url, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  const sockets = new ws.WebSocketServer({ server });
  sockets.on('connection', (browser, request) => {
    seen.push(`${request.method} ${request.url}\n${request.rawHeaders.join('\n')}`);
    const relay = new ws.WebSocket(host.replace(/^http/, 'ws') + request.url);
    // A browser may leave before the relay is reached: then nobody waits for it.
    const opened = once(relay, 'open').then(
      () => true,
      () => browser.terminate(),
    );
    const at = { path: request.url, answer: (text) => browser.send(text) };
    const pass = async (way, from, to) => {
      from.on('message', async (data) => {
        const text = data.toString();
        seen.push(text);
        messages.push({ way, text });
        if (!(await opened)) return;
        if (!manners.passes(way, text, at)) return;
        to.send(text);
        for (const more of manners.more?.(way, text) ?? []) to.send(more);
      });
      from.on('close', () => to.close());
      from.on('error', () => to.terminate());
    };
    pass('up', browser, relay);
    pass('down', relay, browser);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  // Before the host behind it goes.
  world.cleanups.unshift(close);
  const origin = `http://127.0.0.1:${server.address().port}`;
  world.allow(origin);
  return { origin, relay: `${origin.replace('http', 'ws')}/relay`, seen, messages, manners, close };
}

/** All topics that were subscribed to or published under, and all keys that signed. */
export function marks(messages) {
  const topics = new Set();
  const keys = new Set();
  for (const { text } of messages) {
    const [word, , ...rest] = JSON.parse(text);
    if (word === 'REQ') for (const filter of rest) for (const topic of filter['#x'] ?? []) topics.add(topic);
    const event = word === 'EVENT' && JSON.parse(text).at(-1);
    if (event) {
      keys.add(event.pubkey);
      for (const [name, value] of event.tags) if (name === 'x') topics.add(value);
    }
  }
  return { topics, keys };
}

/** Where these bytes are found in what was seen: as they are, or in hexadecimal or base64 (of either alphabet, at any offset). */
export function found(seen, bytes) {
  const haystack = Buffer.concat(seen.flatMap((one) => [Buffer.from(one), Buffer.from('\n')])).toString('latin1');
  return spellings(bytes).filter((spelling) => haystack.includes(spelling));
}

function spellings(bytes) {
  const hex = bytes.toString('hex');
  const all = new Set([bytes.toString('latin1'), hex, hex.toUpperCase()]);
  for (const before of [0, 1, 2]) {
    // What surrounds the bytes changes the first and the last characters; the rest is the same wherever they stand.
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((padded.length * 8) / 6);
    const inside = padded.toString('base64').slice(first, last);
    all.add(inside);
    all.add(inside.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...all];
}
