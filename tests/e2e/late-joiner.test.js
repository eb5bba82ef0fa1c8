// Somebody comes late into a room with a long log.
import assert from 'node:assert/strict';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const EVENTS = 2_000;
/** While so much comes in, what is here is drawn anew this often, in milliseconds. */
const BUSY_FRAME_MS = 2_500;
/** Events that one transaction stores, at least. */
const FEW = 50;

scenario(`a late joiner into a room of ${EVENTS} events sees progress, then everything`, async (world) => {
  const {
    context,
    link,
    tabs: [ada],
  } = await world.room(['Ada']);
  const began = Date.now();
  await ada.page.evaluate(async (count) => {
    for (let n = 0; n < count; n += 1) await window.paceline.post({ text: `post number ${n}` });
  }, EVENTS);
  world.log(`${EVENTS} posts, one at a time, each stored durably: ${Date.now() - began} ms`);

  await context.addInitScript(() => {
    window.seenByTest = { states: [], texts: [], longest: 0, ahead: 0, answerable: 0, drawn: [], writes: 0 };
    const begin = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (stores, mode, ...more) {
      if (mode === 'readwrite') window.seenByTest.writes += 1;
      return begin.call(this, stores, mode, ...more);
    };
    new PerformanceObserver((list) => {
      for (const task of list.getEntries())
        window.seenByTest.longest = Math.max(window.seenByTest.longest, task.duration);
    }).observe({ type: 'longtask', buffered: true });
    const isPost = (node) => node.nodeType === Node.ELEMENT_NODE && node.closest('[data-testid="post"]');
    const look = (changes) => {
      const ofPosts = changes.some(({ target, addedNodes }) => isPost(target) || [...addedNodes].some(isPost));
      if (ofPosts && !performance.getEntriesByName('paceline:in-sync').length)
        window.seenByTest.drawn.push(performance.now());
      const ahead = document.querySelectorAll('[data-testid="post"][data-checked="false"]');
      window.seenByTest.ahead = Math.max(window.seenByTest.ahead, ahead.length);
      for (const post of ahead) window.seenByTest.answerable += post.querySelectorAll('button').length;
      const shown = document.querySelector('[data-testid="connection-state"]');
      const { states, texts } = window.seenByTest;
      if (shown && states.at(-1) !== shown.dataset.state) states.push(shown.dataset.state);
      if (shown?.dataset.state === 'catching-up' && texts.at(-1) !== shown.textContent)
        texts.push(shown.textContent.trim());
    };
    new MutationObserver(look).observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
  });
  const ben = await world.tab(context, 'Ben', link);
  await ben.linked(1);
  await ben.until('all is there', async () => (await ben.status()).state === 'in-sync');
  await ben.at('post', { 'data-checked': 'true' }).filter({ hasText: `post number ${EVENTS - 1}` }).waitFor();
  // Before the whole state is asked for: telling it to a script takes a task of its own.
  const longest = await ben.page.evaluate(() => window.seenByTest.longest);
  const { posts } = await converged([ada, ben]);
  assert.equal(posts.length, EVENTS);
  const seen = await ben.page.evaluate(() => window.seenByTest);
  const marks = await ben.page.evaluate(() =>
    performance
      .getEntriesByType('mark')
      .filter((mark) => mark.name.startsWith('paceline:'))
      .map((mark) => `${mark.name} ${Math.round(mark.startTime)} ms`),
  );
  world.log(
    `states seen: ${seen.states.join(' -> ')}; progress: ${seen.texts.slice(0, 3).join(' | ')} ... (${seen.texts.length} texts)`,
  );
  world.log(`longest task of the late joiner: ${Math.round(longest)} ms (aim: 100); marks: ${marks.join(', ')}`);
  world.log(`the newest posts were there to read before their past: ${seen.ahead}`);
  assert.ok(seen.ahead > 0, 'the newest page comes first');
  assert.equal(seen.answerable, 0, 'what is not checked cannot be answered');
  assert.equal(await ben.at('post', { 'data-checked': 'false' }).count(), 0, 'in the end all are checked');
  const [first, ...again] = seen.drawn;
  const [inSync, held] = await ben.page.evaluate(() => {
    const [mark] = performance.getEntriesByName('paceline:in-sync');
    return [mark.startTime, mark.detail];
  });
  assert.ok(held > EVENTS, `in sync is marked when all is there, not at ${held} events`);
  world.log(`posts drawn at ${first} ms, again before all was here at ${again.join(', ') || 'no time'}; in sync at ${inSync}`);
  // Once more may be for what was done here.
  assert.ok(again.length <= 1 + (inSync - first) / BUSY_FRAME_MS, 'what comes in is not drawn again and again');
  await ben.until('all is stored', async () => (await ben.status()).storage.events > EVENTS);
  const writes = await ben.page.evaluate(() => window.seenByTest.writes);
  world.log(`transactions that wrote: ${writes}`);
  assert.ok(writes <= EVENTS / FEW, 'what comes in together is stored together');
  const { signatures } = await ben.status();
  world.log(`signatures: ${JSON.stringify(signatures)}`);
  assert.ok(signatures.together + signatures.alone >= EVENTS, 'every signature is checked');
  assert.ok(signatures.together > signatures.alone, 'most of them together');
  assert.equal(signatures.spoilt, 0);
  assert.ok(seen.states.includes('catching-up'), 'progress was shown');
  assert.equal(seen.states.at(-1), 'in-sync');
  assert.ok(
    seen.texts.some((text) => /\d/.test(text)),
    'progress was shown in numbers',
  );
});
