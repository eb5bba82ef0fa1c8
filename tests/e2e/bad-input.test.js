// What comes in damaged, or cannot be stored, is told in a plain sentence, and nothing is lost.
import assert from 'node:assert/strict';
import { contents, corruptRecordsWith, makeNewer, recordsWith } from './lib/database.js';
import { converged, PATIENCE, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** Waits for a notice whose code matches: on the screen, as a sentence, not just a name. */
async function told(world, tab, pattern) {
  const notice = await tab.until(`is told ${pattern}`, async () => {
    for (const one of await tab.at('notice').all()) {
      const code = await one.getAttribute('data-code');
      if (pattern.test(code)) return { code, text: (await one.innerText()).trim() };
    }
    return false;
  });
  world.log(`[${notice.code}] ${notice.text.replaceAll('\n', ' ')}`);
  assert.match(notice.text, /[a-z]+ [a-z]+ [a-z]+.*\./i, 'a sentence');
  return notice;
}

const code = (error) => /^[a-z]+(-[a-z]+)*$/.test(error.code ?? '') && error.isError && error.plain.length > 15;

/** The code part of a link, with one change to its bytes and, if asked for, a checksum that fits again. */
async function changed(link, change, { fix = false } = {}) {
  const [page, text] = link.split('#/r/');
  const bytes = Buffer.from(text, 'base64url');
  change(bytes);
  if (fix) {
    const { createHash } = await import('node:crypto');
    createHash('sha256')
      .update(bytes.subarray(0, -4))
      .digest()
      .copy(bytes, bytes.length - 4, 0, 4);
  }
  return `${page}#/r/${bytes.toString('base64url')}`;
}

scenario('a link that is damaged, truncated or newer is refused with its own sentence', async (world) => {
  const { context, link } = await world.room(['Ada']);
  const tab = await world.tab(context, 'Ben');
  const damaged = await changed(link, (bytes) => {
    bytes[40] ^= 1;
  });
  const newer = await changed(
    link,
    (bytes) => {
      bytes[0] = 2;
    },
    { fix: true },
  );
  for (const [bad, expected] of [
    [damaged, 'bad-link'],
    [link.slice(0, -7), 'bad-link'],
    ['good morning', 'bad-link'],
    [newer, 'newer-link'],
  ]) {
    await assert.rejects(tab.join(bad), (error) => code(error) && error.code === expected, `${bad} -> ${expected}`);
  }
  assert.equal((await tab.status()).room, null);
  // The same when a person pastes it, or opens it.
  await tab.at('join-link').fill(damaged);
  await tab.at('join-submit').click();
  await told(world, tab, /^bad-link$/);
  for (const [bad, expected] of [
    [link.slice(0, -7), /^bad-link$/],
    [newer, /^newer-link$/],
  ]) {
    const opened = await context.newPage();
    const other = new tab.constructor(opened, 'Cleo');
    await opened.goto(bad);
    await other.ready();
    await told(world, other, expected);
  }
  // The right one works in the same tab, whatever sticks to it.
  await tab.join(`${link}AAAA`);
  await tab.linked(1);
});

scenario('a CAR with one byte changed is refused, and the room stays as it was', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  for (let n = 0; n < 3; n += 1) await ada.post(`entry ${n}`);
  const before = await converged([ada, ben]);
  const outcome = await ada.page.evaluate(async () => {
    const car = await window.paceline.exportCar();
    const attempt = async (change) => {
      const bytes = new Uint8Array(car);
      change(bytes);
      return window.paceline.importCar(bytes).then(
        (report) => ({ report }),
        (error) => ({ code: error.code, message: error.message }),
      );
    };
    return {
      length: car.length,
      same: await attempt(() => {}),
      block: await attempt((bytes) => {
        bytes[bytes.length - 5] ^= 1;
      }),
      header: await attempt((bytes) => {
        bytes[3] ^= 1;
      }),
      cut: await window.paceline.importCar(car.slice(0, -9)).then(
        (report) => ({ report }),
        (error) => ({ code: error.code, message: error.message }),
      ),
      nothing: await window.paceline.importCar(new Uint8Array()).then(
        (report) => ({ report }),
        (error) => ({ code: error.code, message: error.message }),
      ),
    };
  });
  world.log(JSON.stringify(outcome));
  assert.equal(outcome.same.report.admitted, 0);
  assert.ok(outcome.same.report.known > 0);
  assert.deepEqual(outcome.same.report.refused, {});
  for (const name of ['block', 'header', 'cut', 'nothing']) {
    const { report, code, message } = outcome[name];
    const refused = report && Object.values(report.refused).reduce((sum, one) => sum + one, 0) > 0;
    assert.ok(refused || (code && message.length > 15), `${name} is refused: ${JSON.stringify(outcome[name])}`);
  }
  const after = await converged([ada, ben]);
  assert.deepEqual(after, before);
});

scenario('a CAR carries a room into another browser, where it is verified and goes on', async (world) => {
  const {
    link,
    tabs: [ada],
  } = await world.room(['Ada']);
  const cid = await ada.post('taken along');
  const bytes = await ada.page.evaluate(async () => Array.from(await window.paceline.exportCar()));
  const ben = await world.tab(await world.browser(), 'Ben', link);
  const report = await ben.page.evaluate((bytes) => window.paceline.importCar(new Uint8Array(bytes)), bytes);
  assert.ok(report.admitted > 0, JSON.stringify(report));
  await ben.shownPost(cid).waitFor();
  assert.equal((await ben.state()).digest, (await ada.state()).digest);
});

const MARKER = 'Quartz and nothing else';

/** A page of the same origin, from which a test looks into the databases. */
async function besides(world, context) {
  const page = await context.newPage();
  await page.goto(`${world.url}?page=blank`);
  return page;
}

/**
 * A room of Ada and perhaps others, in which Ada did something (`act`, with MARKER for its words; the names of its events
 * are `done`) that all have; then Ada left. `databases` is a page that looks into them.
 */
async function leftBehind(world, names, act) {
  const { context, link, tabs } = await world.room(names);
  const [ada, ben] = tabs;
  const done = await act(ada);
  await converged(tabs);
  const node = await ada.node();
  await ada.page.goto('about:blank');
  return { context, link, ben, node, done, databases: await besides(world, context) };
}

scenario('a damaged record is noticed at the next start and fetched again from whoever has it', async (world) => {
  const left = await leftBehind(world, ['Ada', 'Ben'], async (ada) => [await ada.post(MARKER)]);
  const { context, link, ben, node, databases } = left;
  const [cid] = left.done;
  assert.equal(await corruptRecordsWith(databases, MARKER, node), 1, 'it was stored once, in the database of its node');
  assert.equal(await recordsWith(databases, MARKER), 1, 'the other node still has it');
  const again = await world.tab(context, 'Ada again', link);
  await told(world, again, /damag|corrupt/);
  const text = async () => (await again.state()).posts.find((post) => post.cid === cid)?.text;
  await until('the words are back', async () => (await text()) === MARKER);
  await again.shownPost(cid).filter({ hasText: MARKER }).waitFor();
  await until('they are stored again', async () => (await recordsWith(databases, MARKER)) === 2);
  await converged([again, ben]);
});

scenario('words that are damaged wherever they were are missed, and the rest of the room is there', async (world) => {
  const left = await leftBehind(world, ['Ada', 'Ben'], async (ada) => [
    await ada.post(MARKER),
    await ada.post('said after it'),
  ]);
  const { context, link, ben, databases } = left;
  const [cid, after] = left.done;
  await ben.close();
  assert.equal(await corruptRecordsWith(databases, MARKER), 2, "both nodes' records were found");
  const again = await world.tab(context, 'Ada again', link);
  await told(world, again, /damag|corrupt/);
  await again.shownPost(after).filter({ hasText: 'said after it' }).waitFor();
  const other = await world.tab(context, 'Cleo', link);
  await until('all who are here agree again', async () => {
    const [one, two] = await Promise.all([again.state(), other.state()]);
    return one.digest === two.digest;
  });
  const { posts } = await again.state();
  assert.equal(posts.length, 2);
  assert.equal(posts.find((post) => post.cid === after).text, 'said after it');
  assert.notEqual(posts.find((post) => post.cid === cid).text, MARKER, 'what is damaged is not shown as if it were whole');
});

scenario('who lost an event of its own goes on as somebody new, and gets it back from others', async (world) => {
  const left = await leftBehind(world, ['Ada', 'Ben'], async (ada) => [
    await ada.call('baton.open', { title: MARKER }),
    await ada.post('said after it'),
  ]);
  const { context, link, ben, node, databases } = left;
  const [baton] = left.done;
  assert.equal(await corruptRecordsWith(databases, MARKER, node), 1, 'it was stored once, in the database of its node');
  const again = await world.tab(context, 'Ada again', link);
  await told(world, again, /damag|corrupt/);
  assert.notEqual(await again.node(), node, 'a key whose chain has a hole never writes again');
  await again.linked(1);
  assert.equal((await again.baton(baton)).title, MARKER);
  const cid = await again.post('as somebody new');
  await ben.has(cid);
  const { people } = await converged([again, ben]);
  assert.deepEqual(
    people.filter((person) => person.split),
    [],
  );
});

scenario('an event that nobody has any more is said to be lost, and the room can still be written in', async (world) => {
  const left = await leftBehind(world, ['Ada'], async (ada) => [
    await ada.post('said before it'),
    await ada.call('baton.open', { title: MARKER }),
    await ada.post('said after it'),
  ]);
  const { context, link, databases } = left;
  const [before] = left.done;
  assert.equal(await corruptRecordsWith(databases, MARKER), 1);
  const again = await world.tab(context, 'Ada again', link);
  await told(world, again, /damag|corrupt/);
  await again.shownPost(before).filter({ hasText: 'said before it' }).waitFor();
  const cid = await again.post('and on we go');
  await again.shownPost(cid).waitFor();
  const other = await world.tab(context, 'Ben', link);
  await other.has(cid);
  await other.has(before);
});

for (const [which, name] of [
  ['all its databases', ''],
  ["a room's database", 'paceline room '],
]) {
  scenario(`when a newer build wrote ${which} nothing in it is touched, and it is said`, async (world) => {
    const {
      context,
      link,
      tabs: [ada],
    } = await world.room(['Ada']);
    await ada.post('written long before');
    await ada.page.goto('about:blank');
    const helper = await besides(world, context);
    assert.ok((await makeNewer(helper, name)) > 0);
    const before = await contents(helper, name);
    assert.ok(before.length > 0);
    const page = await context.newPage();
    const tab = new ada.constructor(page, 'Ada with the old build');
    await page.goto(link);
    await tab.ready();
    await told(world, tab, /newer/);
    await page.close();
    assert.deepEqual(await contents(helper, name), before);
  });
}

scenario('a full disk: the post is not shown as sent, it is said, and what was stored stays', async (world) => {
  const {
    context,
    link,
    tabs: [ada],
  } = await world.room(['Ada']);
  const kept = await ada.post('stored before the disk was full');
  const session = await context.newCDPSession(ada.page);
  const { usage } = await session.send('Storage.getUsageAndQuota', { origin: world.server.origin });
  await session.send('Storage.overrideQuotaForOrigin', { origin: world.server.origin, quotaSize: Math.max(1, usage) });
  const stored = [];
  // Chromium asks for its quota anew only after half a minute: by the clock, not by the number of posts.
  const failure = await ada.page.evaluate(async (patience) => {
    const stored = [];
    for (const end = performance.now() + patience; performance.now() < end; ) {
      try {
        stored.push(await window.paceline.post({ text: `${stored.length} ${'x'.repeat(12_000)}` }));
      } catch (error) {
        return { stored, code: error.code, message: error.message };
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { stored };
  }, PATIENCE);
  stored.push(...failure.stored);
  world.log(`after ${failure.stored.length} more posts: [${failure.code}] ${failure.message}`);
  assert.ok(failure.code, 'a post that cannot be stored is refused');
  assert.equal(failure.code, 'storage-full');
  // The same for a person, whose words stay in the composer.
  const unsaid = `unsaid ${'y'.repeat(12_000)}`;
  await ada.at('composer-text').fill(unsaid);
  await ada.at('composer-submit').click();
  await told(world, ada, /^storage-full$/);
  await ada.until(
    'the words are back in the composer',
    async () => (await ada.at('composer-text').inputValue()) === unsaid,
  );
  const state = await ada.state();
  const there = new Set(state.posts.map((post) => post.cid));
  for (const cid of [kept, ...stored]) assert.ok(there.has(cid), 'what was stored is there');
  assert.equal(await ada.at('post', { 'data-sent': 'sent' }).filter({ hasText: 'unsaid' }).count(), 0);
  await session.send('Storage.overrideQuotaForOrigin', { origin: world.server.origin });
  const after = await until('it goes on when there is room again', () => ada.post('room again'));
  await ada.page.goto('about:blank');
  const back = await world.tab(context, 'Ada again', link);
  await back.until('everything that was stored is there', async () => {
    const there = new Set((await back.state()).posts.map((post) => post.cid));
    return [kept, ...stored, after].every((cid) => there.has(cid));
  });
  assert.deepEqual(
    (await back.state()).people.filter((person) => person.split),
    [],
  );
});

scenario('without WebRTC the tabs of one browser still share the room, and it is said', async (world) => {
  const context = await world.browser();
  await context.addInitScript(() => {
    delete window.RTCPeerConnection;
    delete window.webkitRTCPeerConnection;
  });
  const { tabs } = await world.room(['Ada', 'Ben'], { context });
  const cid = await tabs[0].post('over the air');
  await tabs[1].has(cid);
  const [peer] = (await tabs[0].status()).peers;
  assert.equal(peer.path, 'broadcast');
  await told(world, tabs[0], /webrtc/);
});

for (const [how, breakIt] of [
  [
    'missing',
    () => {
      Object.defineProperty(window, 'indexedDB', { value: undefined });
    },
  ],
  [
    'forbidden',
    () => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('storage is forbidden here', 'SecurityError');
      };
    },
  ],
]) {
  scenario(`storage that is ${how} is said, and nothing is shown as sent that is not stored`, async (world) => {
    const context = await world.browser();
    await context.addInitScript(breakIt);
    const page = await context.newPage();
    const { Tab } = await import('./lib/tab.js');
    const tab = new Tab(page, 'Ada');
    world.tabs.push(tab);
    await page.goto(world.url);
    await tab.ready();
    await told(world, tab, /stor|database|private/);
  });
}

scenario('scripts are told what they did wrong, by code', async (world) => {
  const {
    tabs: [ada],
  } = await world.room(['Ada']);
  const post = await ada.post('here');
  const wrong = [
    ['post', { text: '' }],
    ['post', { text: 'x'.repeat(20_000) }],
    ['post', { text: 'x', kind: 'shout' }],
    ['post', { text: 'x', replyTo: 'not-a-cid' }],
    ['post', { text: 'x', tags: ['y'.repeat(41)] }],
    ['edit', 'not-a-cid', 'x'],
    ['feedback', { target: post, stance: 'shrug' }],
    ['answer', post, { as: 'noted', text: 'no such loop' }],
    ['baton.take', post],
    ['baton.open', { title: 'x'.repeat(201) }],
    ['introduce', { name: '' }],
    ['importCar', 'text'],
    ['byHand.accept', 'text'],
  ];
  for (const [path, ...args] of wrong) {
    await assert.rejects(
      ada.call(path, ...args),
      (error) => {
        assert.ok(code(error), `${path}(${JSON.stringify(args).slice(0, 60)}) -> [${error.code}] ${error.plain}`);
        return true;
      },
      `${path} ${JSON.stringify(args).slice(0, 60)} is refused`,
    );
  }
  assert.equal((await ada.state()).posts.length, 1, 'and nothing came of it');
});
