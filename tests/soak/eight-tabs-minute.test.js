// Eight tabs of one room post for a minute, by script and by hand: in the end all show the same posts in the same order, each once, none is
// missing; and no tab ever showed a post of its own as sent, or told a script so, before its database had it.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { slow, slowDisk, slowWrites } from '../e2e/lib/slow.js';
import { PATIENCE, converged } from '../e2e/lib/tab.js';
import { scenario } from '../e2e/lib/world.js';

const TABS = 8;
const MINUTE = 60_000;
/** Between two posts of one tab, in milliseconds: by script, and by hand. */
const [SCRIPT, HAND] = [150, 2_000];
/** Every other tab has a disk that is so slow, in milliseconds: there a post is seen on its way. */
const DISK = 150;

/**
 * In a page, before anything of it runs: notes which posts the room's database has, by the first listener of each transaction, and at
 * every change of the page which of its own posts it shows as sent.
 */
function witness() {
  const found = (text) => text.match(/(?:script|hand) \d+ \d+\./g) ?? [];
  const texts = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return found(new TextDecoder('latin1').decode(value));
    return value && typeof value === 'object' ? Object.values(value).flatMap(texts) : [];
  };
  const seen = { own: null, enough: false, stored: new Set(), storing: new Set(), sent: new Set(), early: [] };
  window.seenByTest = seen;
  const written = new WeakMap();
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...given) {
    const transaction = begin.apply(this, given);
    transaction.addEventListener('complete', () => written.get(transaction)?.forEach((text) => seen.stored.add(text)));
    return transaction;
  };
  for (const method of ['put', 'add']) {
    const write = IDBObjectStore.prototype[method];
    IDBObjectStore.prototype[method] = function (value, ...more) {
      // What is on its way is kept elsewhere, and is no event yet.
      if (this.name === 'segments') written.set(this.transaction, [...(written.get(this.transaction) ?? []), ...texts(value)]);
      return write.call(this, value, ...more);
    };
  }
  const look = (post) => {
    const [text] = found(post.querySelector('[data-testid="post-text"]')?.textContent ?? '');
    if (!text || text.split(' ')[1] !== seen.own) return;
    if (post.dataset.sent === 'storing') seen.storing.add(text);
    if (post.dataset.sent !== 'sent' || seen.sent.has(text)) return;
    seen.sent.add(text);
    if (!seen.stored.has(text)) seen.early.push(`shown: ${text}`);
  };
  const changes = new MutationObserver(() => document.querySelectorAll('[data-testid="post"][data-sent]').forEach(look));
  changes.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-sent'], characterData: true });
}

/** Posts by script until it is told to stop; resolves with the texts, in order. */
const postByScript = (tab, own) =>
  tab.page.evaluate(
    async ([own, every]) => {
      const { seenByTest: seen } = window;
      const posted = [];
      while (!seen.enough) {
        const text = `script ${own} ${posted.length}.`;
        await window.paceline.post({ text });
        posted.push(text);
        if (!seen.stored.has(text)) seen.early.push(`told: ${text}`);
        await new Promise((later) => setTimeout(later, every));
      }
      return posted;
    },
    [own, SCRIPT],
  );

/** The same as a person does, who goes on once the last one is shown as sent: it may be far up the page by then. */
async function postByHand(tab, own, end) {
  const posted = [];
  while (Date.now() < end) {
    const text = `hand ${own} ${posted.length}.`;
    await tab.at('composer-text').fill(text);
    await tab.at('composer-submit').click({ timeout: PATIENCE });
    await tab.until(`shows ${text} as sent`, () => tab.page.evaluate((text) => window.seenByTest.sent.has(text), text));
    posted.push(text);
    await pause(HAND);
  }
  return posted;
}

/** What a tab shows in the end, in the order of its page. */
const shown = (tab) =>
  tab.page.evaluate(() => [...document.querySelectorAll('[data-testid="post"][data-sent="sent"]')].map((it) => it.dataset.cid));

scenario('eight tabs post for a minute: the same posts in the same order, and none shown as sent before it is stored', async (world) => {
  const context = await world.browser();
  await context.addInitScript(slowDisk);
  await context.addInitScript(witness);
  const { tabs } = await world.room(Array.from({ length: TABS }, (_, n) => `tab ${n + 1}`), { context });
  for (const [own, tab] of tabs.entries()) {
    await tab.page.evaluate((own) => Object.assign(window.seenByTest, { own }), String(own));
    if (own % 2 === 1) await slow(tab, DISK);
  }
  const byScript = Promise.all(tabs.map(postByScript));
  // If something else goes wrong first, it is that which is told.
  byScript.catch(() => {});
  const end = Date.now() + MINUTE;
  const byHand = await Promise.all(tabs.map((tab, own) => postByHand(tab, own, end)));
  for (const tab of tabs) await tab.page.evaluate(() => Object.assign(window.seenByTest, { enough: true }));
  const posted = (await byScript).map((script, own) => [script, byHand[own]]);

  const { posts, digest } = await converged(tabs, 'all agree', 2 * PATIENCE);
  const counts = posted.map((series) => series.flat().length);
  world.log(`${posts.length} posts, of each tab ${counts.join(' ')}; the digest is ${digest}`);
  assert.equal(posts.length, counts.reduce((sum, it) => sum + it, 0), 'as many as were posted');
  const at = new Map(posts.map(({ text }, at) => [text, at]));
  assert.equal(at.size, posts.length, 'each once');
  for (const [own, series] of posted.entries()) {
    for (const texts of series) {
      assert.ok(texts.length > 2, `tab ${own + 1} posted ${texts.length}`);
      const places = texts.map((text) => at.get(text));
      assert.ok(!places.includes(undefined), `all that tab ${own + 1} posted is there`);
      assert.deepEqual(places, places.toSorted((a, b) => a - b), `what tab ${own + 1} posted stands in the order in which it did`);
    }
  }
  const order = new Map(posts.map(({ cid }, at) => [cid, at]));
  for (const [own, tab] of tabs.entries()) {
    await tab.until('the newest is drawn', async () => (await shown(tab)).at(-1) === posts.at(-1).cid);
    // What is far from what is looked at is not drawn.
    const drawn = (await shown(tab)).map((cid) => order.get(cid));
    assert.deepEqual(drawn, [...new Set(drawn)].toSorted((a, b) => a - b), `${tab.name} draws each once, in the order of the room`);
    const { early, sent, storing } = await tab.page.evaluate(() => {
      const { early, sent, storing } = window.seenByTest;
      return { early, sent: sent.size, storing: storing.size };
    });
    assert.deepEqual(early, [], `${tab.name} showed and told nothing as sent before it was stored`);
    assert.ok(sent >= byHand[own].length, `${tab.name} showed ${sent} of its own as sent`);
    // Else nothing was on its way long enough to be seen, and the line above says little.
    if (own % 2 === 1) assert.ok(storing > 2 && (await slowWrites(tab)) > 2, `${tab.name} showed ${storing} on their way`);
    world.log(`${tab.name}: ${counts[own]} posts, ${sent} seen as sent, ${storing} on their way, ${drawn.length} drawn`);
  }
});
