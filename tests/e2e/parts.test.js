// Parts of the page that come when they are opened: each of them, and what is told when one does not come. A quick build has none:
// there the same views are opened, and nothing is fetched for them.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { check } from './lib/axe.js';
import { PART, files, folder, isRelease } from './lib/parts.js';
import { until } from './lib/tab.js';
import { dist } from './lib/tools.js';
import { scenario } from './lib/world.js';

// A release says what it holds, and has parts.
assert.equal(folder !== undefined, isRelease, 'a release has parts, and nothing else has');
/** A scenario of parts: where there are none, nothing of it can be. */
const ofParts = (name, run) => folder && scenario(name, run);

/** A view, what opens it, and what only it shows. */
const VIEWS = [
  ['view-settings', 'offline-switch'],
  ['view-network', 'network-advice'],
  ['view-verify', 'verify-file'],
  ['view-loops', 'view-loops'],
  ['view-decisions', 'proposal-open'],
  ['view-promises', 'promise-open'],
  ['view-minutes', 'view-minutes'],
  ['view-people', 'person-card'],
  ['view-agenda', 'view-agenda'],
];

/** A browser whose person asked for no more data than needed: nothing is fetched before it is opened. */
async function sparing(world) {
  const context = await world.browser();
  await context.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  return context;
}

/** Files of parts that were asked for, by name. */
function asked(tab) {
  const names = [];
  tab.page.on('request', (request) => {
    const url = request.url().split('?')[0];
    if (PART.test(url)) names.push(path.basename(url));
  });
  return names;
}

const founded = async (world, name) => {
  const tab = await world.tab(await sparing(world), name);
  const names = asked(tab);
  const link = await tab.found({ title: 'Parts', purpose: 'Opened one by one', form: 'stand-up' });
  await tab.inRoom();
  return { tab, names, link };
};

/** The view says nothing of a part any more. */
const here = (tab) => tab.until('what was opened is here', async () => (await tab.page.locator('.part').count()) === 0);

/** Another may write, and what is written stands there. */
async function usable(tab, text) {
  await tab.at('composer-text').fill(text);
  await tab.page.keyboard.press('Enter');
  await tab.until(`${text} stands there`, async () => (await tab.at('post').allTextContents()).some((it) => it.includes(text)));
}

scenario('each part comes when it is opened, and none before for who saves data', async (world) => {
  const { tab, names } = await founded(world, 'Ada');
  await tab.at('practice-start').waitFor();
  assert.deepEqual(names, [], 'the start page and the room need no part');
  await tab.at('practice-start').click();
  await tab.at('practice-leave').click();
  // Which letters look alike comes a moment after any room, whatever is opened.
  await tab.until('the tables of letters are asked for', async () => names.some((it) => it.startsWith('letters-')));
  const before = names.length;
  await usable(tab, 'before a form was opened');
  assert.equal(names.length, before, 'the stream and the composer need no part');
  await tab.at('do-this').first().click();
  await tab.at('promise-text').first().waitFor();
  await tab.page.keyboard.press('Escape');
  for (const [view, shows] of VIEWS) {
    await tab.view(view);
    await here(tab);
    await tab.at(shows).first().waitFor();
  }
  for (const [opens, shows] of [
    ['invite-open', 'invite-qr'],
    ['for-you', 'waits'],
  ]) {
    await tab.at(opens).first().click();
    await here(tab);
    if (shows === 'waits') await tab.page.locator('dialog').waitFor();
    else await tab.at(shows).waitFor();
    await tab.page.keyboard.press('Escape');
  }
  await tab.call('meeting.open', { title: 'Now', agenda: [] });
  await tab.at('tab-meeting').click();
  await here(tab);
  await tab.at('meeting').waitFor();
  assert.equal(new Set(names).size, names.length, 'each was asked for once');
  assert.deepEqual(names.toSorted(), files.toSorted(), 'each was needed');
});

scenario('who does not save data has all parts before they are opened', async (world) => {
  const tab = await world.tab(await world.browser(), 'Ada');
  const names = asked(tab);
  await tab.found({ title: 'Parts', purpose: 'Fetched early', form: 'blank' });
  await tab.inRoom();
  await until('all are here', () => names.length >= files.length);
  assert.deepEqual(names.toSorted(), files.toSorted());
  await tab.view('view-settings');
  await tab.at('offline-switch').waitFor();
  assert.equal(names.length, files.length, 'and none is asked for again');
});

const status = (code) => (_, response) => void response.writeHead(code).end();
/** Something that is WebAssembly, and of another build. */
const another = (file, response, headers) =>
  void readFile(file).then((body) => {
    const other = Buffer.concat([body, Buffer.from([0, 2, 1, 0x78])]); // a section of its own more
    response.writeHead(200, { ...headers, 'content-length': other.length }).end(other);
  });
const website = (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
const broken = (file, response, headers) =>
  void readFile(file).then((body) => {
    response.writeHead(200, headers);
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  });

ofParts('a part that does not come is told, the room stays usable, and it is tried again', async (world) => {
  world.provokes(/console error|^404 for/);
  for (const [what, answer] of [
    ['it is not there', status(404)],
    ['it is of another build', another],
    ['a website comes in its place', website],
    ['the connection breaks', broken],
  ]) {
    const { tab } = await founded(world, what);
    world.server.instead = (file, ...rest) => {
      if (!PART.test(file)) return false;
      answer(file, ...rest);
      return true;
    };
    await tab.view('view-settings');
    await tab.at('part-failed').waitFor();
    await usable(tab, what);
    await world.picture(`part ${what}`, tab);
    if (answer === website) await check(tab, what);
    // Again in vain, then not.
    await tab.at('part-retry').click();
    await tab.at('part-failed').waitFor();
    world.server.instead = () => false;
    await tab.at('part-retry').press('Enter');
    await here(tab);
    await tab.at('offline-switch').waitFor();
    assert.deepEqual(await tab.page.locator('[data-code]:visible').count(), 0, 'nothing else was told');
    await tab.close();
  }
});

ofParts('a part that is slow holds nothing up, in a dialog neither', async (world) => {
  const { tab } = await founded(world, 'Ada');
  const waiting = [];
  world.server.instead = (file, response, headers) => {
    if (!PART.test(file)) return false;
    waiting.push(async () => response.writeHead(200, headers).end(await readFile(file)));
    return true;
  };
  await tab.view('view-network');
  const part = tab.page.locator('.view .part[aria-busy=true]');
  await part.waitFor({ state: 'attached' });
  await tab.until('it is said', async () => /moment/.test(await part.textContent()));
  await usable(tab, 'while it comes');
  await tab.at('invite-open').first().click();
  await tab.page.locator('dialog .part[aria-busy=true]').waitFor({ state: 'attached' });
  await tab.page.keyboard.press('Escape');
  await tab.until('the dialog is closed', async () => (await tab.page.locator('dialog').count()) === 0);
  await usable(tab, 'and after it was closed');
  world.server.instead = () => false;
  for (const finish of waiting) await finish();
  await here(tab);
  await tab.at('network-advice').first().waitFor();
});

ofParts('what did not come without a network comes by itself with it', async (world) => {
  world.provokes(/console error/);
  const { tab } = await founded(world, 'Ada');
  await tab.page.context().setOffline(true);
  await tab.view('view-settings');
  await tab.at('part-failed').waitFor();
  await tab.page.context().setOffline(false);
  await here(tab);
  await tab.at('offline-switch').waitFor();
});

ofParts('a host that was updated under an open tab mixes nothing', async (world) => {
  world.provokes(/console error|^404 for/);
  const { tab } = await founded(world, 'Ada');
  const updated = await mkdtemp(path.join(os.tmpdir(), 'paceline-updated-'));
  world.cleanups.push(() => rm(updated, { recursive: true, force: true }));
  await cp(dist, updated, { recursive: true });
  await rename(path.join(updated, folder), path.join(updated, `parts-${'0'.repeat(16)}`));
  world.server.dist = updated;
  await tab.view('view-settings');
  await tab.at('part-failed').waitFor();
  await usable(tab, 'the room goes on');
  assert.match(await tab.at('part-failed').textContent(), /reload/);
});
