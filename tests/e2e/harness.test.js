// The harness itself: what it promises to notice, it notices; what it crashes is what it meant to crash.
import assert from 'node:assert/strict';
import { Tab } from './lib/tab.js';
import { scenario } from './lib/world.js';

scenario('a console error, a page error and a request to another origin do not go unseen', async (world) => {
  const page = await (await world.browser()).newPage();
  await page.goto(`${world.url}?page=blank`);
  await page.evaluate(() => {
    console.error('said on purpose');
    setTimeout(() => {
      throw new Error('thrown on purpose');
    });
    return fetch('http://127.0.0.1:2/elsewhere').catch(() => {});
  });
  await page.waitForFunction(() => true);
  for (const pattern of [
    /console error: said on purpose/,
    /page error: .*thrown on purpose/,
    /request to http:\/\/127\.0\.0\.1:2\/elsewhere/,
  ]) {
    assert.ok(
      world.problems.some((problem) => pattern.test(problem)),
      `${pattern} in ${world.problems}`,
    );
    world.provokes(pattern);
  }
  assert.throws(() => world.assertCalm(), 'what the browser says about the request was not declared');
  world.provokes(/net::ERR_/);
});

scenario('a crash hits one tab and no other', async (world) => {
  const context = await world.browser();
  for (const name of ['one', 'two', 'three']) {
    const tab = new Tab(await context.newPage(), name);
    world.tabs.push(tab);
    await tab.page.goto(`${world.url}?page=blank`);
  }
  await world.crash(world.tabs[0]);
  await world.crash(world.tabs[1]);
  assert.deepEqual(
    world.tabs.map((tab) => tab.crashed),
    [true, true, false],
  );
});
