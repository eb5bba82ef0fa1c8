// One key and two tabs where Web Locks are missing (a page over plain http on a LAN): who held it first keeps it.
import assert from 'node:assert/strict';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** Longer than a tab waits for objections and opens a room. */
const BUSY = 6_000;

scenario('a tab that is too busy to object in time keeps its key, and the other goes on as somebody new', async (world) => {
  const context = await world.browser();
  await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
  const ada = await world.tab(context, 'Ada');
  const link = await ada.found({ title: 'One key', purpose: 'Two tabs', form: 'blank' });
  await ada.call('introduce', { name: 'Ada' });
  const before = await ada.post('before');
  const first = await ada.node();
  const busy = ada.page.evaluate((millis) => {
    const until = performance.now() + millis;
    while (performance.now() < until);
  }, BUSY);
  const ben = await world.tab(context, 'Ben', link);
  assert.equal(await ben.node(), first, 'nobody has objected yet');
  await ben.page.getByTestId('composer-text').fill('half of a thought');
  await busy;
  await ben.until('is somebody new', async () => (await ben.node()) !== first);
  await ben.at('notice', { 'data-code': 'key-taken' }).waitFor();
  assert.equal(await ada.node(), first);
  await Promise.all([ada.linked(1), ben.linked(1)]);
  assert.equal(await ben.page.getByTestId('composer-text').inputValue(), 'half of a thought');
  const [one, two] = [await ada.post('from the first'), await ben.post('from the second')];
  const state = await converged([ada, ben]);
  assert.deepEqual(new Set(state.posts.map((post) => post.cid)), new Set([before, one, two]));
  assert.deepEqual(state.people.filter((person) => person.split), []);
  await ben.page.reload();
  await ben.inRoom();
  assert.notEqual(await ben.node(), first, 'and stays somebody new');
});
