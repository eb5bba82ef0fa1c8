// What was being answered, reworded or said as feedback is there, or its words are, whenever the page ends.
import assert from 'node:assert/strict';
import { enterAndReload, room } from '../e2e/lib/reloading.js';
import { slow, slowDisk, slowWrites } from '../e2e/lib/slow.js';
import { every } from '../e2e/lib/soak.js';
import { DELAYS, once } from '../e2e/lib/whereabouts.js';
import { scenario } from '../e2e/lib/world.js';

const COARSE = every([0, 40], [0, 10, 20, 30, 40, 60, 80, 100]);

/** The field of a form of a post: open again if something was half-written in it, or else opened now. */
async function form(tab, cid, button, field) {
  const found = tab.shownPost(cid).getByTestId(field);
  if ((await found.count()) === 0) await tab.actOn(cid, button);
  return found;
}

scenario('the same for answers, new words and feedback', async (world) => {
  const context = await world.browser();
  await context.addInitScript(slowDisk);
  const sweep = async (delay) => {
    const tab = await room(world, context, `disk of ${delay} ms`);
    const other = await world.tab(await world.browser(), `other of ${delay} ms`);
    const car = await tab.page.evaluate(async () => Array.from(await window.paceline.exportCar()));
    await other.page.evaluate((link) => window.paceline.join(link), tab.link);
    await other.page.evaluate((car) => window.paceline.importCar(new Uint8Array(car)), car);
    const theirs = await other.post('of somebody else');
    const back = await other.page.evaluate(async () => Array.from(await window.paceline.exportCar()));
    await other.close();
    await tab.page.evaluate((car) => window.paceline.importCar(new Uint8Array(car)), back);
    const mine = await tab.post('first words');
    let words = 'first words';
    for (const [round, ms] of COARSE.entries()) {
      const how = round % 2 ? 'tell' : 'write';
      const say = (what) => `${what} ${ms} ms before the end, ${delay}`;
      await slow(tab, delay, how);
      await tab.shownPost(mine).getByTestId('post-reply').click();
      await tab.at('composer-kind').selectOption('idea');
      await enterAndReload(tab, tab.at('composer-text'), say('answered'), ms);
      const answered = await once(tab, say('answered'));
      if (answered.said.length > 0) {
        assert.deepEqual(answered.said, [mine], 'an answer stays an answer');
        const { posts } = await tab.state();
        assert.equal(posts.find((post) => post.text === say('answered')).kind, 'idea');
      }
      await slow(tab, delay, how);
      await enterAndReload(tab, await form(tab, mine, 'post-edit', 'post-edit-text'), say('edited'), ms, 'Control+Enter');
      const edited = await once(tab, say('edited'));
      if (edited.said.length > 0) words = say('edited');
      assert.equal((await tab.state()).posts.find((post) => post.cid === mine).text, words);
      await slow(tab, delay, how);
      const worry = await form(tab, theirs, 'feedback-concern', 'feedback-text');
      await enterAndReload(tab, worry, say('worried'), ms, 'Control+Enter');
      const worried = await once(tab, say('worried'));
      if (worried.said.length > 0) assert.deepEqual(worried.said, [theirs]);
    }
    const writes = await slowWrites(tab);
    world.log(`${delay} ms: ${writes} writes counted`);
    assert.ok(writes >= 3 * COARSE.length, 'the disk was slow whenever it mattered');
  };
  await Promise.all(DELAYS.map(sweep));
});
