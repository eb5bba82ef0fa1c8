// The camera: a link and codes by hand are taken from pictures; without a camera there is a sentence and another way.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { cameraArgs, film } from './lib/camera.js';
import { converged, PATIENCE } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** A browser with a camera, and the film it plays. */
async function withCamera(world) {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'paceline-film-'));
  world.cleanups.push(() => rm(dir, { recursive: true, force: true }));
  const file = path.join(dir, 'camera.y4m');
  await film(file);
  return { context: await world.browser({ flags: cameraArgs(file) }), file };
}

const openByHand = async (tab) => {
  await tab.at('invite-open').click();
  await tab.at('by-hand-open').click();
};

/** A founder whose link is shown as a picture. */
async function founder(world, context) {
  const ada = await world.tab(context ?? (await world.browser()), 'Ada');
  const link = await ada.found({ title: 'By camera', purpose: '', form: 'blank' });
  await ada.inRoom();
  return { ada, link };
}

const noticed = async (tab, code) => {
  const notice = tab.at('notice', { 'data-code': code });
  await notice.waitFor({ timeout: PATIENCE });
  assert.match((await notice.innerText()).trim(), /[a-z]+ [a-z]+ [a-z]+.*\./i, 'a sentence');
};

scenario('a room is joined by scanning its link; a code by hand is not taken for one', async (world) => {
  const { ada } = await founder(world);
  const { context, file } = await withCamera(world);
  const ben = await world.tab(context, 'Ben');
  await openByHand(ada);
  await ada.at('by-hand-invite-qr').waitFor({ timeout: PATIENCE });
  await film(file, ada.at('by-hand-invite-qr'));
  await ben.at('join-scan').click();
  await noticed(ben, 'code-not-link');
  assert.equal(await ben.at('scan-video').count(), 0, 'the camera is off again');

  const shown = await film(file, ada.at('invite-qr'));
  world.log(`the link is a QR code of version ${shown.version}`);
  await ben.at('join-scan').click();
  await ben.at('room').waitFor({ timeout: PATIENCE });
  assert.equal((await ben.status()).room, (await ada.status()).room);
});

scenario('two browsers meet by two pictures, with no text at all', async (world) => {
  const [first, second] = [await withCamera(world), await withCamera(world)];
  const { ada, link } = await founder(world, first.context);
  const ben = await world.tab(second.context, 'Ben', link);
  for (const tab of [ada, ben]) await openByHand(tab);

  // The link in the place of the invite is named, and nothing is lost by it.
  await film(second.file, ben.at('invite-qr'));
  await ben.at('by-hand-scan').click();
  await ben.at('by-hand-problem').filter({ hasText: 'room’s link' }).waitFor({ timeout: PATIENCE });

  const invite = await film(second.file, ada.at('by-hand-invite-qr'));
  await ben.at('by-hand-scan').click();
  await ben.at('by-hand-reply-qr').waitFor({ timeout: PATIENCE });
  await world.picture('by hand reply', ben);
  const reply = await film(first.file, ben.at('by-hand-reply-qr'));
  for (const [name, code] of Object.entries({ invite, reply })) {
    world.log(`the ${name} is a QR code of version ${code.version}`);
    assert.ok(code.version <= 15, `the ${name} fits a phone`);
  }
  await ada.at('by-hand-scan').click();
  await Promise.all([ada.linked(1), ben.linked(1)]);
  await ada.at('by-hand-met').waitFor({ timeout: PATIENCE });
  await converged([ada, ben]);
  assert.equal((await ada.status()).peers[0].via, 'by-hand');
});

scenario('a camera that is refused, missing or out of reach is said, and pasting goes on', async (world) => {
  const { ada, link } = await founder(world);
  await ada.close();

  // A camera, and nobody who says yes by itself.
  const refusing = await world.browser({ flags: ['--use-fake-device-for-media-stream'] });
  const session = await refusing.browser().newBrowserCDPSession();
  const { browserContextIds } = await session.send('Target.getBrowserContexts');
  for (const browserContextId of browserContextIds) {
    await session.send('Browser.setPermission', {
      permission: { name: 'camera' },
      setting: 'denied',
      origin: world.server.origin,
      browserContextId,
    });
  }
  const refused = await world.tab(refusing, 'Refused');
  await refused.at('join-scan').click();
  await noticed(refused, 'camera-refused');

  const missing = await world.tab(await world.browser(), 'Missing');
  await missing.at('join-scan').click();
  await noticed(missing, 'camera-missing');

  world.provokes(/plain\.test/);
  const insecure = await world.browser({ flags: ['--host-resolver-rules=MAP plain.test 127.0.0.1'] });
  const plain = await world.tab(insecure, 'Plain', world.url.replace('127.0.0.1', 'plain.test'));
  await plain.at('join-scan').click();
  await noticed(plain, 'camera-insecure');

  await missing.at('join-link').fill(link);
  await missing.at('join-submit').click();
  await missing.at('room').waitFor({ timeout: PATIENCE });
});
