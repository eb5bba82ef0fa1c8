// Nothing that a person wrote vanishes, and nothing is said twice, whenever the page ends: at every moment around Enter, on disks
// of any speed, by reload, by closing, by a crash.
import assert from 'node:assert/strict';
import { enterAndReload, room } from './lib/reloading.js';
import { slow, slowDisk, slowWrites } from './lib/slow.js';
import { every } from './lib/soak.js';
import { DELAYS, once } from './lib/whereabouts.js';
import { scenario } from './lib/world.js';

/** Moments before the end, in milliseconds. */
const FINE = Array.from({ length: every(11, 21) }, (_, step) => step * every(10, 5));

scenario('Enter, then a reload at any moment: the post or its words are there, once', async (world) => {
  const context = await world.browser();
  await context.addInitScript(slowDisk);
  const sweep = async (delay) => {
    const tab = await room(world, context, `disk of ${delay} ms`);
    const how = { said: 0, drafts: 0 };
    for (const [round, ms] of FINE.entries()) {
      const text = `said ${ms} ms before the end, ${delay}`;
      await slow(tab, delay, round % 2 ? 'tell' : 'write');
      await enterAndReload(tab, tab.at('composer-text'), text, ms);
      const found = await once(tab, text);
      how.said += found.said.length;
      how.drafts += found.drafts;
    }
    const writes = await slowWrites(tab);
    world.log(`${delay} ms: ${how.said} posts, ${how.drafts} drafts; ${writes} writes counted`);
    assert.ok(writes >= FINE.length, 'the disk was slow whenever it mattered');
    const { posts } = await tab.state();
    assert.equal(new Set(posts.map((post) => post.text)).size, posts.length, 'nothing was said twice later on');
  };
  await Promise.all(DELAYS.map(sweep));
});

scenario('Enter, then the tab is closed at once: whoever opens the room again finds the words', async (world) => {
  const context = await world.browser();
  await context.addInitScript(slowDisk);
  const close = async (delay) => {
    let tab = await room(world, context, `closed on a disk of ${delay} ms`);
    for (const how of ['write', 'tell']) {
      const text = `closed, ${delay} ms, ${how}`;
      await slow(tab, delay, how);
      await tab.at('composer-text').fill(text);
      await tab.at('composer-text').press('Enter');
      await tab.close();
      tab = Object.assign(await world.tab(context, tab.name, tab.link), { link: tab.link });
      await once(tab, text);
    }
  };
  await Promise.all(DELAYS.map(close));
});

scenario('the page crashes while somebody writes: what is older than a second is there', async (world) => {
  const context = await world.browser();
  await context.addInitScript(slowDisk);
  const crash = async (delay) => {
    const tab = await room(world, context, `crashed on a disk of ${delay} ms`);
    await slow(tab, delay);
    // A character every 20 ms; what was there a second before the crash must be there after it.
    await tab.page.evaluate(() => {
      const field = document.querySelector('[data-testid="composer-text"]');
      window.typed = [];
      window.typing = setInterval(() => {
        field.value += String.fromCharCode(97 + (window.typed.length % 26));
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        window.typed.push({ at: performance.now(), text: field.value });
      }, 20);
    });
    const old = await tab.until('it has written for two seconds', () =>
      tab.page.evaluate(() => {
        const now = performance.now();
        return now - window.typed[0]?.at > 2_000 && window.typed.findLast((one) => now - one.at > 1_000).text;
      }),
    );
    const writes = await slowWrites(tab);
    await tab.crash();
    const again = await world.tab(context, tab.name, tab.link);
    const text = await again.until('the words are there', () => again.at('composer-text').inputValue());
    assert.ok(text.startsWith(old), `${delay} ms: “${text}” begins with “${old}”`);
    assert.ok(writes > 0);
    world.log(`${delay} ms: ${old.length} characters were a second old, ${text.length} are there, ${writes} writes`);
    // Just after Enter, before anything can be stored.
    await slow(again, delay);
    await again.at('composer-text').fill(`sent and crashed, ${delay}`);
    await again.at('composer-text').press('Enter');
    await again.crash();
    const last = await world.tab(context, tab.name, tab.link);
    await once(last, `sent and crashed, ${delay}`);
  };
  for (const delay of DELAYS) await crash(delay);
});
