// What a message said before it was edited: one press shows it; one version of it goes by itself, or all do; everywhere, and for good.
import assert from 'node:assert/strict';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** What each version says on the screen, the latest first; `null` where nothing is left. */
const listed = (tab, cid) =>
  tab
    .shownPost(cid)
    .getByTestId('post-version')
    .evaluateAll((all) => all.map((it) => (it.dataset.words === 'here' ? it.querySelector('.said').textContent.trim() : null)));

/** ... and for scripts. */
const told = async (tab, cid) => (await tab.state()).versions.filter((it) => it.post === cid).map((it) => it.text);

const open = (tab, cid) => tab.shownPost(cid).getByTestId('post-versions').click();

/** By the button of a version, and for good: ten seconds are not waited for where the page is hidden. */
async function remove(tab, post, version) {
  const item = tab.shownPost(post).locator(`[data-testid="post-version"][data-cid="${version}"]`);
  await item.getByTestId('version-delete').click();
  await item.getByTestId('undo').waitFor();
  return item;
}

async function shows(tabs, cid, versions, now) {
  for (const tab of tabs) {
    await tab.until(`has ${JSON.stringify(versions)}`, async () => JSON.stringify(await told(tab, cid)) === JSON.stringify(versions));
    await tab.until('they are on the screen', async () => JSON.stringify(await listed(tab, cid)) === JSON.stringify(versions));
    if (now) assert.equal((await tab.shownPost(cid).getByTestId('post-text').textContent()).trim(), now);
  }
}

scenario('earlier words are a press away, and each version goes by itself, everywhere', async (world) => {
  const {
    tabs: [ada, ben],
    context,
    link,
  } = await world.room(['Ada', 'Ben']);
  const post = await ada.post('on Monday');
  await ben.has(post);
  assert.equal(await ada.shownPost(post).getByTestId('post-versions').count(), 0, 'what was never edited has no versions');
  const tuesday = await ada.call('edit', post, 'on Tuesday');
  const friday = await ada.call('edit', post, 'on Friday');
  await converged([ada, ben]);
  for (const tab of [ada, ben]) await open(tab, post);
  await shows([ada, ben], post, ['on Friday', 'on Tuesday', 'on Monday'], 'on Friday');
  assert.equal(await ben.at('version-delete').count(), 0, 'only who wrote it deletes it');

  // Undone: nothing happened.
  const item = await remove(ada, post, tuesday);
  await item.getByTestId('undo').click();
  await item.getByTestId('version-delete').waitFor();
  assert.deepEqual(await told(ada, post), ['on Friday', 'on Tuesday', 'on Monday']);
  const { events } = await ben.status();

  // One in the middle, then the first words: what is shown stays.
  await remove(ada, post, tuesday);
  await shows([ada, ben], post, ['on Friday', null, 'on Monday'], 'on Friday');
  assert.equal((await ben.status()).events, events + 1, 'one event says it');
  await remove(ada, post, post);
  await shows([ada, ben], post, ['on Friday', null, null], 'on Friday');

  // Also after a reload, and for who comes late.
  for (const tab of [ada, ben]) {
    await tab.page.reload();
    await tab.inRoom();
    await tab.linked(1);
    await open(tab, post);
  }
  const cleo = await world.tab(context, 'Cleo', link);
  await cleo.has(post);
  await open(cleo, post);
  await shows([ada, ben, cleo], post, ['on Friday', null, null], 'on Friday');

  // The one that is shown: what was said before it is, and here nothing is left.
  await ada.call('edit', post, 'on Saturday');
  await shows([ada, ben, cleo], post, ['on Saturday', 'on Friday', null, null], 'on Saturday');
  await ada.call('retractVersion', (await ada.state()).versions.find((it) => it.text === 'on Saturday').cid);
  await shows([ada, ben, cleo], post, [null, 'on Friday', null, null], 'on Friday');
  await assert.rejects(ben.call('retractVersion', friday), { code: 'not-yours' });
  await assert.rejects(ada.call('retractVersion', tuesday), { code: 'not-found' });
});

scenario('who deletes a message deletes all it ever said', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const post = await ada.post('a secret');
  await ben.has(post);
  await ada.call('edit', post, 'less of a secret');
  await converged([ada, ben]);
  await open(ben, post);
  await shows([ben], post, ['less of a secret', 'a secret']);
  await ada.call('retract', post);
  for (const tab of [ada, ben]) {
    await tab.until('all of it is gone', async () => (await told(tab, post)).every((it) => it === null));
    await tab.until('nothing is listed', async () => (await tab.shownPost(post).getByTestId('post-version').count()) === 0);
    assert.equal(await tab.shownPost(post).getByTestId('post-versions').count(), 0);
    const file = await tab.page.evaluate(async () => new TextDecoder().decode(await window.paceline.exportCar()));
    assert.ok(!file.includes('secret'), 'nor is it in a file');
  }
  await ben.page.reload();
  await ben.inRoom();
  await ben.has(post);
  assert.deepEqual(await told(ben, post), [null, null]);
});
