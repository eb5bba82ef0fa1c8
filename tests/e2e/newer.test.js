// What a newer version wrote: this one keeps it whole, words too, passes it on, and says so on the road.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Author, decode, eventsIn, Link, writeCar } from '../fixtures/events.js';
import { exported, newcomer, take } from './lib/newcomer.js';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const WORDS_BYTES = 16 * 1024;
const MANY = 40;
/** How many the page tells one by one between two posts. */
const SHOWN = 12;

const rows = (tab) => tab.at('newer').evaluateAll((all) => all.map((one) => one.dataset.cid));
const says = (tab, handle, pattern) => tab.until(`${handle} says ${pattern}`, async () => pattern.test(await tab.at(handle).first().innerText()));

scenario('what a newer version wrote is shown, kept with its words and passed on, until its author takes it back', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben']);
  const [ada, ben] = tabs;
  await ada.post('before');
  const after = await ben.post('after');
  await ada.has(after);
  await ada.page.evaluate(() => {
    window.kinds = [];
    window.paceline.on('event', ({ kind }) => window.kinds.push(kind));
  });

  const { at } = (await ada.state()).posts.find((post) => post.cid === after);
  const zoe = newcomer(await exported(ada));
  zoe.write(at - 3, 'introduced', { name: 'Zoe', strengths: [], hue: 4 });
  const few = [
    zoe.write(at - 2, 'danced', { ratio: true, in: [[{ deep: null }]] }),
    zoe.write(at - 1, 'posted', { kind: 'haiku' }, 'a post of a kind to come'),
  ];
  const many = [];
  for (let nth = 0; nth < MANY; nth += 1) {
    many.push(zoe.write(at + nth, 'sung', { verse: nth }, `${nth} `.padEnd(WORDS_BYTES, 'la ')));
  }
  const report = await take(ada, zoe.car());
  assert.deepEqual(report, { admitted: MANY + 3, known: 1, pending: 0, refused: {} });

  const written = [...few, ...many];
  const { unknown } = await ada.state();
  assert.deepEqual(unknown.map(({ cid }) => cid), written.map(({ cid }) => cid), 'in display order');
  assert.deepEqual(unknown.slice(0, 3).map(({ kind }) => kind), ['danced', 'posted', 'sung']);
  assert.deepEqual(unknown[0].at, at - 2);
  const kinds = await ada.page.evaluate(() => window.kinds);
  assert.deepEqual(kinds.slice(0, 4), ['introduced', 'danced', 'posted', 'sung']);

  // All stand behind the posts that they build on, whatever their clock says: the last of them, and how many more there are.
  const told = many.slice(-SHOWN).map(({ cid }) => cid);
  await ada.until('the rows are there', async () => (await rows(ada)).length === told.length);
  assert.deepEqual(await rows(ada), told);
  await says(ada, 'newer', /Zoe .*newer version/);
  assert.equal(await ada.at('newer').first().locator('time').count(), 1);
  await says(ada, 'more', new RegExp(`^Show ${written.length - SHOWN} earlier`));

  await converged(tabs);
  assert.deepEqual((await ben.state()).unknown, unknown);
  const wordsAt = async (tab) => {
    const names = new Set((await exported(tab)).blocks.map(([name]) => String(name)));
    return [few[1], ...many].filter(({ words }) => names.has(words)).length;
  };
  for (const tab of tabs) await tab.until('all words are here', async () => (await wordsAt(tab)) === MANY + 1);

  // A tab that is opened again has all of it from its own storage.
  await ben.page.reload();
  await ben.inRoom();
  assert.deepEqual((await ben.state()).unknown, unknown);
  assert.equal(await wordsAt(ben), MANY + 1);

  zoe.write(at + MANY, 'retracted', { post: many[0].link });
  await take(ada, zoe.car());
  for (const tab of tabs) await tab.until('the words are gone', async () => (await wordsAt(tab)) === MANY);
  assert.deepEqual((await ada.state()).unknown, unknown, 'the trace stays');
});

/** The link of another room, with the same secret. */
function linkTo(link, founding) {
  const [page, code] = link.split('#/r/');
  const bytes = Buffer.from(code, 'base64url');
  const digest = (cid) => cid.bytes.subarray(-32);
  digest(founding).copy(bytes, 1);
  const sum = createHash('sha256').update(bytes.subarray(0, -4)).digest();
  sum.copy(bytes, bytes.length - 4, 0, 4);
  return `${page}#/r/${bytes.toString('base64url')}`;
}

scenario('a room that a newer version founded can be read and talked in, and says so', async (world) => {
  const { context, link } = await world.room(['Ada']);
  const founder = new Author(randomBytes(32), undefined);
  const fields = { fold: 2, title: { en: 'Tomorrow' }, values: [1, 2] };
  const founding = founder.event({ parents: [], seq: 0, at: 1_790_000_000_000, body: { 'room-founded': fields }, depth: 1 });
  founder.room = founding.link;
  const zoe = newcomer({ root: founding.link, blocks: [[founding.link, founding.block]] });
  zoe.write(1_790_000_001_000, 'introduced', { name: 'Zoe', strengths: [], hue: 4 });
  const post = zoe.write(1_790_000_002_000, 'posted', { kind: 'question' }, 'Who reads this with an old page?');
  zoe.write(1_790_000_003_000, 'baton-opened', { title: 'The scribe' });

  const ben = await world.tab(context, 'Ben', linkTo(link, founding.link));
  const report = await take(ben, zoe.car());
  assert.deepEqual(report, { admitted: 4, known: 0, pending: 0, refused: {} });
  const state = await ben.state();
  assert.deepEqual([state.newer, state.title, state.batons], [true, '', []]);
  assert.deepEqual(state.unknown.map(({ kind }) => kind), ['room-founded', 'baton-opened']);
  await says(ben, 'room-title', /newer version/);
  await says(ben, 'newer-room', /founded by a newer .*reload/);
  assert.equal(await ben.at('baton-open').count(), 0, 'what a baton is there this page does not know');
  await assert.rejects(ben.call('baton.open', { title: 'Scribe' }), { code: 'newer-room' });

  // What is the same in every version.
  await ben.call('introduce', { name: 'Ben' });
  const answer = await ben.post('I do', { replyTo: post.cid });
  const concern = await ben.call('feedback', { target: post.cid, stance: 'concern', text: 'and who does not?' });
  const gone = await ben.post('said by mistake');
  await ben.call('retract', gone);
  const cleo = await world.tab(context, 'Cleo', linkTo(link, founding.link));
  await converged([ben, cleo]);
  const there = await cleo.state();
  assert.equal(there.newer, true);
  assert.equal(there.posts.find(({ cid }) => cid === answer).text, 'I do');
  assert.equal(there.feedback.find(({ cid }) => cid === concern).text, 'and who does not?');
  assert.equal(there.posts.find(({ cid }) => cid === gone).words, 'retracted');
  const bodies = eventsIn((await exported(cleo)).blocks).map(({ event }) => Object.keys(event.body)[0]);
  assert.deepEqual(new Set(bodies), new Set([
    'room-founded', 'introduced', 'posted', 'baton-opened', 'feedback-given', 'retracted',
  ]));
  assert.ok(decode(founding.block).body['room-founded'].title.en, 'as it was written');
  assert.ok(Link.of(founding.block).bytes.equals(founding.link.bytes));
});

scenario('what a later build added to a link is skipped and counted, by address and by hand', async (world) => {
  const { context, link, tabs: [ada] } = await world.room(['Ada']);
  const [page, code] = link.split('#/r/');
  const content = Buffer.concat([Buffer.from(code, 'base64url').subarray(0, -4), Buffer.from('added later')]);
  const sum = createHash('sha256').update(content).digest().subarray(0, 4);
  const later = `${page}#/r/${Buffer.concat([content, sum]).toString('base64url')}`;
  const skipped = async (tab) => (await tab.status()).newer['newer-link-field'] ?? 0;

  assert.equal(await skipped(ada), 0);
  const ben = await world.tab(context, 'Ben', later);
  await converged([ada, ben]);
  assert.equal(await skipped(ben), 1);
  const cleo = await world.tab(context, 'Cleo');
  await cleo.join(`Here: ${later}.`);
  await converged([ada, ben, cleo]);
  assert.equal(await skipped(cleo), 1);
  await cleo.call('leave');
  await cleo.join(link);
  assert.equal(await skipped(cleo), 0, 'nothing was added to this one');
});
