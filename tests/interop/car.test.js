// An exported room read by programs that know nothing of Paceline: the IPLD project's reader and codec, and a library of curves.
// They read every block, write it again to the same bytes and the same name, and verify every signature.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { converged } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';
import { load } from './lib/modules.js';

const { CarReader } = await load('@ipld/car');
const dagCbor = await load('@ipld/dag-cbor');
const { CID } = await load('multiformats/cid');
const Digest = await load('multiformats/hashes/digest');
const { ed25519 } = await load('@noble/curves/ed25519.js');

const GOLDEN = new URL('../../crates/room/tests/vectors/golden.car', import.meta.url);
/** What a signature covers begins with this. */
const DOMAIN = Buffer.from('paceline/event/1');
/** The multihash code of sha2-256. */
const SHA2_256 = 0x12;

/** OpenSSL's rule, the cofactorless one. */
function opensslVerifies(signature, message, key) {
  const x = Buffer.from(key).toString('base64url');
  return verify(null, message, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }), signature);
}

/** Reads a room's file and checks all of it; returns its events, by name, and its words. */
async function read(file) {
  const reader = await CarReader.fromBytes(file);
  const roots = await reader.getRoots();
  const events = new Map();
  const words = new Map();
  for await (const { cid, bytes } of reader.blocks()) {
    const block = dagCbor.decode(bytes);
    const again = dagCbor.encode(block);
    assert.deepEqual(Buffer.from(again), Buffer.from(bytes), `${cid} is written again to the same bytes`);
    const digest = Digest.create(SHA2_256, createHash('sha256').update(again).digest());
    assert.ok(CID.create(1, dagCbor.code, digest).equals(cid), `${cid} is named by its bytes`);
    (block?.sig ? events : words).set(String(cid), block);
  }
  for (const [name, { sig, ...signed }] of events) {
    const message = Buffer.concat([DOMAIN, dagCbor.encode(signed)]);
    // The project's rule: strict encodings, the cofactored equation. What is honestly signed is good by every rule.
    assert.ok(ed25519.verify(sig, message, signed.author, { zip215: false }), `the signature of ${name}`);
    assert.ok(ed25519.verify(sig, message, signed.author, { zip215: true }), `... by ZIP 215`);
    assert.ok(opensslVerifies(sig, message, signed.author), `... by OpenSSL`);
    message[message.length - 1] ^= 1;
    assert.ok(!ed25519.verify(sig, message, signed.author, { zip215: false }), `... and of nothing else`);
    const without = Buffer.from(dagCbor.encode(signed));
    assert.ok(!ed25519.verify(sig, without, signed.author, { zip215: false }), `... nor without the domain`);
    for (const field of ['v', 'seq', 'depth', 'at']) assert.ok(Number.isSafeInteger(signed[field]), `${field} of ${name}`);
    for (const before of [signed.prev, ...(signed.parents ?? [])].filter(Boolean)) {
      assert.ok(events.has(String(before)), `${name} builds on what is in the file`);
    }
  }
  assert.ok(events.has(String(roots[0])), 'the founding event is there');
  const seen = new Set([...events.values()].flatMap(({ prev, parents = [] }) => [prev, ...parents].filter(Boolean).map(String)));
  const tips = [...events.keys()].filter((cid) => !seen.has(cid) && cid !== String(roots[0]));
  assert.deepEqual(roots.slice(1).map(String).sort(), tips.sort(), 'the other roots are what nothing builds on');
  return { root: String(roots[0]), events, words };
}

const textsOf = ({ words }) => [...words.values()].map((block) => JSON.stringify(block)).join('\n');

test('the golden room: every block again to the same bytes, every signature good', async () => {
  const { events, words } = await read(readFileSync(GOLDEN));
  assert.ok(events.size >= 20 && words.size > 0, `${events.size} events and ${words.size} words`);
});

test('a byte that is changed does not go unseen', async () => {
  const file = readFileSync(GOLDEN);
  for (const at of [file.length - 1, file.length >> 1, 200]) {
    const damaged = Buffer.from(file);
    damaged[at] ^= 1;
    await assert.rejects(read(damaged), `at ${at}`);
  }
});

scenario('a room that two pages wrote and one exported', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const post = await ada.post('A **plan** for Thursday, with ünïcödé and 🥾', { kind: 'idea', tags: ['plan'] });
  const taken = await ada.post('said too soon');
  await ben.has(taken);
  const reply = await ben.post('And who holds the map?', { kind: 'question', replyTo: post });
  const concern = await ben.call('feedback', { target: post, stance: 'concern', text: 'rain', sources: ['https://example.org/'] });
  await ada.has(reply);
  await ada.until('knows the concern', async () => (await ada.state()).feedback.some((one) => one.cid === concern));
  await ada.call('edit', post, 'A plan for Friday');
  await ada.call('retract', taken);
  await ada.call('answer', concern, { as: 'adjusted', text: 'moved by a day' });
  const baton = await ada.call('baton.open', { title: 'Map', strengths: ['navigation'], minutes: 10 });
  await ada.call('baton.take', baton);
  const offer = await ada.call('baton.offer', baton, await ben.node(), 'yours tomorrow');
  await ben.until('has the offer', async () => (await ben.state()).batons.some((one) => one.cid === baton && one.offer));
  await ben.call('baton.accept', offer);
  await ben.call('baton.close', baton, 'folded');
  const { events: count } = await ben.status();
  await converged([ada, ben]);

  const file = Uint8Array.from(await ben.page.evaluate(async () => [...(await window.paceline.exportCar())]));
  const room = await read(file);
  const status = await ben.status();
  assert.ok(status.events >= count);
  assert.equal(room.events.size, status.events, 'every event is in the file');
  assert.equal(room.root, status.room);
  for (const cid of [post, taken, reply, concern, baton, offer]) assert.ok(room.events.has(cid), cid);
  const authors = new Set([...room.events.values()].map((event) => Buffer.from(event.author).toString('hex')));
  assert.equal(authors.size, 2);
  const texts = textsOf(room);
  assert.match(texts, /A plan for Friday/);
  assert.doesNotMatch(texts, /said too soon/, 'what was taken back is not');
});
