// The shell: what stands there before the page runs, when a part of it does not come, and after it has broken. Each test makes
// the real fault: the host answers otherwise, the browser lacks something, something the page calls fails under it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { PATIENCE, Tab, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

const WASM = /paceline-[0-9a-f]+_bg\.wasm$/;
const MODULE = /paceline-[0-9a-f]+\.js$/;
const PHONE = { viewport: { width: 360, height: 740 } };

/** A tab that may never run the page, in a profile of its own. */
async function open(world, name, options) {
  world.process ??= (await world.browser()).browser();
  const context = await world.adopt(await world.process.newContext(options));
  const tab = new Tab(await context.newPage(), name);
  world.tabs.push(tab);
  return tab;
}

/** The sentences that can be read, by their codes. */
const told = (tab) => tab.page.locator('[data-code]:visible').evaluateAll((them) => them.map((it) => it.dataset.code));

/** A file in half. */
async function half(file, response, headers) {
  const body = (await readFile(file)).subarray(0, headers['content-length'] / 2);
  response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
}

async function damaged(file, response, headers) {
  const body = Buffer.from(await readFile(file));
  body.fill(0x2a, body.length >> 1, (body.length >> 1) + 64);
  response.writeHead(200, headers).end(body);
}

/** The connection breaks in the middle. */
async function broken(file, response, headers) {
  response.writeHead(200, headers);
  response.write((await readFile(file)).subarray(0, headers['content-length'] / 2), () => response.destroy());
}

const status = (code) => (file, response) => void response.writeHead(code).end();
const typed = (type) => (file, response, headers) =>
  void readFile(file).then((body) => response.writeHead(200, { ...headers, 'content-type': type }).end(body));
const website = (file, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
const strict = (file, response, headers) =>
  void readFile(file).then((body) =>
    response.writeHead(200, { ...headers, 'content-security-policy': "script-src 'self'" }).end(body),
  );

/** The server answers for what matches in another way; how often it did. */
function instead(world, pattern, answer) {
  const asked = { times: 0 };
  world.server.instead = (file, ...rest) => {
    if (!pattern.test(file)) return false;
    asked.times += 1;
    answer(file, ...rest);
    return true;
  };
  return asked;
}

scenario('the first picture is there before the page, counts what comes, and nothing moves when the page takes over', async (world) => {
  const whole = [];
  let headers;
  instead(world, WASM, async (file, response, given) => {
    const body = await readFile(file);
    headers = given;
    response.writeHead(200, given).write(body.subarray(0, body.length / 4));
    whole.push(() => response.end(body.subarray(body.length / 4)));
  });
  for (const [name, scheme, options] of [
    ['loading wide light', 'light', {}],
    ['loading phone dark', 'dark', PHONE],
  ]) {
    const tab = await open(world, name, { ...options, colorScheme: scheme });
    await tab.page.goto(world.url, { waitUntil: 'commit' });
    const bar = tab.page.locator('progress');
    await until('a quarter has come', () => bar.evaluate((it) => it.value > 0.2 && it.value < 0.3));
    const kib = (bytes) => Math.floor(bytes / 1024);
    const size = headers['content-length'];
    assert.equal(await tab.page.locator('.shell-progress span').textContent(), `${kib(Math.floor(size / 4))} / ${kib(size)} KiB`);
    assert.deepEqual(await told(tab), [], 'nothing is wrong');
    assert.match(await tab.page.locator('[role=status]').textContent(), /Loading/);
    await tab.at('shell').waitFor(); // who is quick never sees it
    await tab.page.evaluate(() => document.getAnimations().forEach((it) => it.finish())); // as if time had passed
    assert.deepEqual(await told(tab), ['page-late'], 'what takes long is explained');
    await world.picture(name, tab);
    const look = () =>
      tab.page.evaluate(() => {
        const box = document.querySelector('h1').getBoundingClientRect();
        const { backgroundColor, color } = getComputedStyle(document.documentElement);
        const hero = document.querySelector('.hero');
        return [box.x, box.y, box.width, box.height, backgroundColor, color, hero.textContent.replace(/\s+/g, ' ').trim()].join('|');
      });
    const before = await look();
    whole.forEach((finish) => finish());
    await tab.ready();
    await tab.at('found-title').waitFor();
    const strip = (it) => it.replaceAll(' ', '');
    assert.equal(strip(await look()), strip(before), 'the start page stands where the picture stood');
    assert.equal(await tab.at('shell').count(), 0);
    await tab.close();
    whole.length = 0;
  }
});

scenario('a theme that was chosen is there before the page', async (world) => {
  const tab = await open(world, 'Ada', { colorScheme: 'light' });
  await tab.page.goto(world.url);
  await tab.at('theme').selectOption('dark');
  instead(world, WASM, () => {}); // never answered
  await tab.page.reload({ waitUntil: 'commit' });
  const paper = () => tab.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await tab.at('shell').waitFor();
  assert.equal(await paper(), 'rgb(22, 24, 26)');
  assert.deepEqual(await told(tab), []);
});

scenario('a theme that was chosen is shown whatever way the folder is spelt', async (world) => {
  const tab = await open(world, 'Ada', { colorScheme: 'light' });
  await tab.page.goto(world.url);
  await tab.at('theme').selectOption('dark');
  await tab.page.goto(world.url.replace('/ada/', '/%61da/'));
  await tab.at('theme').waitFor();
  assert.equal(await tab.at('theme').inputValue(), 'dark');
  assert.equal(await tab.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), 'rgb(22, 24, 26)');
});

const FAILURES = [
  ['WebAssembly is missing', 'no-webassembly', { init: () => delete window.WebAssembly }],
  ['a header forbids WebAssembly', 'wasm-forbidden', { pattern: /index\.html$/, answer: strict }],
  ['the WebAssembly is forbidden', 'page-refused', { pattern: WASM, answer: status(403), reload: true }],
  ['the WebAssembly is gone', 'page-refused', { pattern: WASM, answer: status(404) }],
  ['the connection breaks in the middle of the WebAssembly', 'page-unreachable', { pattern: WASM, answer: broken, twice: true, reload: true }],
  ['half of the WebAssembly comes', 'page-damaged', { pattern: WASM, answer: half, twice: true }],
  ['the WebAssembly is damaged', 'page-damaged', { pattern: WASM, answer: damaged, twice: true, reload: true }],
  ['a website comes in place of the WebAssembly', 'page-damaged', { pattern: WASM, answer: website, twice: true }],
  ['the module is forbidden', 'page-unreachable', { pattern: MODULE, answer: status(403) }],
  // Whether the preload's broken copy is taken or asked for anew is the browser's affair: it did not come whole, or is no script.
  ['half of the module comes', ['page-unreachable', 'page-damaged'], { pattern: MODULE, answer: half }],
];

scenario('what does not come is told in a sentence, and a reload starts the page once it comes', async (world) => {
  // What the browser and the page's own preloading write about it.
  world.provokes(/console error|^40[34] for|page error/);
  for (const [what, code, { init, pattern, answer, twice, reload }] of FAILURES) {
    const tab = await open(world, what, what.includes('middle') ? PHONE : {});
    if (init) await tab.page.addInitScript(init);
    const asked = pattern && instead(world, pattern, answer);
    await tab.page.goto(world.url);
    await until(`${what}: told`, async () => (await told(tab)).length > 0);
    const codes = await told(tab);
    assert.ok(codes.length === 1 && [code].flat().includes(codes[0]), `${what}: ${codes}`);
    assert.equal(await tab.page.evaluate(() => document.activeElement.getAttribute('role')), 'alert', `${what}: the keyboard is there`);
    assert.equal(await tab.at('shell-kept').count(), 0, `${what}: nothing was being written`);
    if (twice) assert.ok(asked.times > 1, `${what}: asked for again`);
    await world.picture(`shell ${what}`, tab);
    world.server.instead = () => false;
    if (reload) {
      await tab.at('shell-reload').press('Enter');
      await tab.ready();
      assert.deepEqual(await told(tab), [], `${what}: over`);
    }
    await tab.close();
  }
});

scenario('a wrong type, or one damaged answer, does not keep the page from starting', async (world) => {
  world.provokes(/console error: Failed to find a valid digest/);
  const tab = await open(world, 'Ada');
  instead(world, WASM, typed('application/octet-stream'));
  await tab.page.goto(world.url);
  await tab.ready();
  let answers = 0;
  const asked = instead(world, WASM, (...given) => {
    answers += 1;
    return answers === 1 ? half(...given) : typed('application/wasm')(...given);
  });
  const other = await open(world, 'Ben');
  await other.page.goto(world.url);
  await other.ready();
  assert.ok(asked.times > 1);
});

scenario('without JavaScript, and without the shell itself, a sentence says what to do', async (world) => {
  world.provokes(/console error: Failed to load resource|^403 for/);
  const without = await open(world, 'no JavaScript', { javaScriptEnabled: false });
  await without.page.goto(world.url);
  const visible = (tab, code) => tab.page.locator(`[data-code="${code}"]`).isVisible();
  assert.ok(await visible(without, 'no-javascript'));
  assert.equal(await visible(without, 'page-late'), false);
  await world.picture('shell no JavaScript', without);

  instead(world, /shell-[0-9a-f]+\.js$/, status(403));
  const tab = await open(world, 'no shell');
  await tab.page.goto(world.url);
  assert.deepEqual(await told(tab), []);
  await tab.page.evaluate(() => document.getAnimations().forEach((it) => it.finish()));
  assert.deepEqual(await told(tab), ['page-late']);
});

// Each breaks the page under way; none of them is made for this in the page.
const ENDS = [
  ['the page panics', () => {
    document.createElementNS = document.createElement = () => {
      throw new Error('no more elements');
    };
    document.querySelector('[data-testid="invite-open"]').click();
  }],
  ['a function of the browser throws under it', () => {
    Performance.prototype.now = Date.now = () => {
      throw new TypeError('no more time');
    };
    document.querySelector('[data-testid="invite-open"]').click();
  }],
  ['it traps without a word', () => void setTimeout(() => window.exported.__wbindgen_malloc(-1, 1))],
];

/** What a script does wrong is not the end of the page. */
async function mistakes(tab) {
  await tab.page.evaluate(async () => {
    const refused = new Promise((done) => addEventListener('unhandledrejection', done, { once: true }));
    window.paceline.post({ text: '' });
    await refused;
    const thrown = new Promise((done) => addEventListener('error', done, { once: true }));
    setTimeout(() => {
      throw new TypeError('a mistake of this script');
    });
    await thrown;
  });
  await tab.compose('still here');
  assert.deepEqual(await told(tab), []);
}

/** Whether the page answers a script before the next task; broken, it must not answer at all. */
const answers = (tab) =>
  tab.page.evaluate(() => {
    const { port1, port2 } = new MessageChannel();
    const later = new Promise((done) => {
      port1.onmessage = () => done(false);
    });
    port2.postMessage(0);
    const asked = (async () => window.paceline.status())();
    return Promise.race([asked.then(() => true, () => later), later]);
  });

scenario('a page that breaks says so, keeps what was written, and is dead to hands and scripts', async (world) => {
  world.provokes(/page error|console error: (panicked|failed to|no more)/);
  const context = await world.browser();
  await context.addInitScript(() => {
    const real = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...given) => {
      const made = await real.apply(WebAssembly, given);
      window.exported = made.instance.exports;
      return made;
    };
  });
  for (const [what, breaks] of ENDS) {
    const ada = await world.tab(context, what);
    await ada.found({ title: 'Crew', purpose: '', form: 'blank' });
    const cid = await ada.post('kept');
    if (what === ENDS[0][0]) await mistakes(ada);
    await ada.at('composer-text').fill('half a sentence');
    assert.ok(await answers(ada));
    await ada.page.evaluate(breaks);
    await until(`${what}: told`, async () => (await told(ada)).length > 0);
    assert.deepEqual(await told(ada), ['page-ended'], what);
    assert.equal(await ada.page.evaluate(() => document.activeElement.getAttribute('role')), 'alert');
    assert.equal(await ada.at('shell-kept').inputValue(), 'half a sentence');
    assert.equal(await ada.at('room').count(), 0, 'nothing of the room can be pressed');
    await ada.page.keyboard.press('?');
    assert.equal(await ada.page.locator('dialog').count(), 0, 'keys reach nothing');
    assert.equal(await answers(ada), false, 'what it would say comes from a broken state');
    await world.picture(`shell ${what}`, ada);
    await ada.at('shell-reload').click();
    await ada.inRoom();
    await ada.shownPost(cid).waitFor();
    await ada.until('the draft is back', async () => (await ada.at('composer-text').inputValue()) === 'half a sentence');
    await ada.close();
  }
});


scenario('scripts are made by nobody: not from text, and by no policy but the page\'s own', async (world) => {
  world.provokes(/console error: .*(TrustedTypePolicy|trusted-types|TrustedScript|require-trusted-types-for)/i);
  const tab = await world.tab(await world.browser(), 'Ada');
  await tab.at('start').waitFor();
  const refused = await tab.page.evaluate(() => {
    const name = (make) => {
      try {
        make();
        return 'made';
      } catch (error) {
        return error.name;
      }
    };
    return [
      name(() => window.trustedTypes.createPolicy('another', { createScript: (text) => text })),
      name(() => window.trustedTypes.createPolicy('default', { createScript: (text) => text })),
      name(() => document.createElement('script').setAttribute('src', './any.js')),
      name(() => new Worker('./any.js')),
    ];
  });
  assert.deepEqual(refused, ['TypeError', 'TypeError', 'TypeError', 'TypeError']);
});
