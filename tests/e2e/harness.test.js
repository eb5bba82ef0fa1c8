// The harness itself: what it promises to notice, it notices; what it crashes is what it meant to crash.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Tab } from './lib/tab.js';
import { firefox, here } from './lib/tools.js';
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

/** Runs the tests that fail in this browser; whether they did, and what was said. */
function silent(browser, pictures) {
  // A runner within a runner would report to it instead of saying what it found.
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
  const env = { ...rest, PACELINE_SILENT: browser, PACELINE_SCREENSHOTS: pictures };
  const args = ['--test', '--test-reporter=tap', path.join(here, 'silent.js')];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, said) => resolve({ failed: error !== null, said }));
  });
}

test('a test fails whose page answers nothing for ten seconds, and says which', async (t) => {
  const pictures = await mkdtemp(path.join(os.tmpdir(), 'paceline-silent-'));
  t.after(() => rm(pictures, { recursive: true, force: true }));
  const browsers = ['chromium', ...(firefox ? ['firefox'] : [])];
  t.diagnostic(`in ${browsers}`);
  for (const { failed, said } of await Promise.all(browsers.map((it) => silent(it, pictures)))) {
    assert.ok(failed, said);
    assert.match(said, /error: 'Sleeper answered nothing for ten seconds'/);
    assert.match(said, /^# fail 1$/m);
    assert.doesNotMatch(said, /Excused answered/);
  }
});
