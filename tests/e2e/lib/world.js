// A server, browsers, tabs, and the promise that nothing went wrong unseen: every console error, page error and request
// to another origin fails the test, unless it said beforehand that it provokes it; so does a page that answers nothing (`watchdog.js`).
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { serve } from './server.js';
import { Tab } from './tab.js';
import { watchTexts } from './translation.js';
import { chromium, executablePath, screenshots } from './tools.js';
import { Watchdog } from './watchdog.js';

const AWAKE = [
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];
const HEADLESS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--renderer-process-limit=100'];

/** A test with a world of its own. */
export function scenario(name, run, options = {}) {
  test(name, options, async (t) => {
    const world = await World.open(t);
    world.watchdog = new Watchdog(world);
    try {
      await Promise.race([run(world, t), world.watchdog.silence]);
      world.assertCalm();
    } catch (error) {
      await world.picture(`failed ${name}`);
      world.report();
      throw error;
    } finally {
      world.watchdog.stop();
      await world.close();
    }
  });
}

export class World {
  static async open(t) {
    const world = new World();
    world.log = (text) => t.diagnostic(text);
    world.server = await serve();
    world.url = world.server.url;
    return world;
  }

  problems = [];
  provoked = [];
  /** Origins besides the page's server that tabs may ask. */
  allowed = [];
  contexts = [];
  cleanups = [];
  tabs = [];
  /** Whether every page is watched for texts that change (`translation.js`): that costs time, and so not where time is measured. */
  watchesTexts = true;

  /** Says that what matches may happen in this test, because it provokes it. */
  provokes(pattern) {
    this.provoked.push(pattern);
  }

  /** Tabs may fetch from this origin, and open WebSockets to it. */
  allow(origin) {
    this.allowed.push(origin, origin.replace(/^http/, 'ws'));
  }

  /** While this is done, this tab may answer nothing: the test has stopped it. */
  mayBeSilent(tab, work) {
    return this.watchdog.excuse(tab.page, work);
  }

  isAllowed(url) {
    return [this.server.origin, ...this.allowed].some((origin) => url.startsWith(`${origin}/`));
  }

  /** A browser process of its own, with one empty profile. `throttled`: background tabs sleep as people's do. */
  async browser({ throttled = false, executable = executablePath, flags = [], without = [], ...options } = {}) {
    const browser = await chromium.launch({
      executablePath: executable,
      headless: true,
      args: [...HEADLESS, ...(throttled ? [] : AWAKE), ...flags],
      ...(without.length > 0 ? { ignoreDefaultArgs: without } : {}),
      ...(throttled ? { ignoreDefaultArgs: AWAKE } : {}),
    });
    this.cleanups.push(() => browser.close());
    return this.adopt(await browser.newContext(options));
  }

  /** A browser with a profile on disk, which can be closed and opened again. */
  async profile() {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'paceline-e2e-'));
    this.cleanups.push(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
    return {
      open: async () => {
        const context = await chromium.launchPersistentContext(dir, {
          executablePath,
          headless: true,
          args: [...HEADLESS, ...AWAKE],
        });
        this.cleanups.unshift(() => context.close().catch(() => {}));
        return this.adopt(context);
      },
    };
  }

  async adopt(context) {
    this.contexts.push(context);
    if (this.watchesTexts) await context.addInitScript(watchTexts);
    const { setOffline } = context;
    context.setOffline = (is) => {
      // What the page was fetching for later breaks off, and browsers write that down.
      this.provokes(/ERR_INTERNET_DISCONNECTED/);
      return setOffline.call(context, is);
    };
    context.on('request', (request) => {
      const url = request.url();
      const own = this.isAllowed(url) || /^(blob|data|about|chrome-error):/.test(url);
      if (!own) this.problems.push(`request to ${url}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 400) this.problems.push(`${response.status()} for ${response.url()}`);
    });
    context.on('page', (page) => {
      // A page that is gone before it is asked anything has not been silent.
      this.watchdog?.follow(page).catch(() => {});
      page.on('console', (message) => {
        if (message.type() === 'error') this.problems.push(`console error: ${message.text()}`);
      });
      page.on('pageerror', (error) => this.problems.push(`page error: ${error.stack ?? error}`));
      page.on('websocket', (socket) => {
        if (!this.isAllowed(socket.url())) this.problems.push(`websocket to ${socket.url()}`);
      });
    });
    return context;
  }

  /** Opens a tab; waits for the script interface, and for the room if the address names one. */
  async tab(context, name, address = this.url) {
    const tab = new Tab(await context.newPage(), name);
    this.tabs.push(tab);
    await tab.page.goto(address);
    await (address.includes('#/r/') ? tab.inRoom() : tab.ready());
    return tab;
  }

  /** A room founded in one tab and opened by link in the others, all introduced, linked and in sync. */
  async room(names, { context, title = 'Stand-up', purpose = 'See what moves', form = 'blank' } = {}) {
    const shared = context ?? (await this.browser());
    const founder = await this.tab(shared, names[0]);
    const link = await founder.found({ title, purpose, form });
    const tabs = [founder];
    for (const name of names.slice(1)) tabs.push(await this.tab(shared, name, link));
    await Promise.all(tabs.map((tab) => tab.inRoom()));
    await Promise.all(tabs.map((tab) => tab.linked(names.length - 1)));
    await Promise.all(tabs.map((tab) => tab.call('introduce', { name: tab.name })));
    await Promise.all(
      tabs.map((tab) =>
        tab.until('everybody is introduced', async () => {
          const { people } = await tab.state();
          return names.every((name) => people.some((person) => person.name === name));
        }),
      ),
    );
    return { context: shared, link, tabs };
  }

  /** Every page in a renderer of its own: crashing one must not hit another. */
  async assertSeparate(context) {
    const session = await context.browser().newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter((one) => one.type === 'renderer').length;
    const alive = (tab) => tab.page.context() === context && !tab.crashed && !tab.page.isClosed();
    const pages = this.tabs.filter(alive).length;
    assert.ok(renderers >= pages, `${pages} pages share ${renderers} renderers`);
    await session.detach();
  }

  /** Crashes one tab and proves that it was that one alone. */
  async crash(tab) {
    const others = this.tabs.filter((other) => other !== tab && !other.crashed && !other.page.isClosed());
    await this.assertSeparate(tab.page.context());
    await tab.crash();
    for (const other of others) {
      assert.equal(await other.page.evaluate(() => 1 + 1), 2, `${other.name} lives on`);
      assert.equal(other.crashed, false);
    }
  }

  async picture(name, tab) {
    const tabs = tab ? [tab] : this.tabs;
    await mkdir(screenshots, { recursive: true });
    for (const one of tabs) {
      if (one.crashed || one.page.isClosed() || this.watchdog?.isSilent(one.page)) continue;
      const file = `${name} ${tabs.length > 1 ? one.name : ''}`
        .trim()
        .replace(/[^a-z0-9]+/gi, '-')
        .toLowerCase();
      await one.page.screenshot({ path: path.join(screenshots, `${file}.png`) }).catch(() => {});
    }
  }

  report() {
    for (const problem of this.problems) this.log(problem);
  }

  assertCalm() {
    const unexpected = this.problems.filter((problem) => !this.provoked.some((pattern) => pattern.test(problem)));
    assert.deepEqual(unexpected, [], 'nothing went wrong that this test does not provoke');
  }

  async close() {
    for (const cleanup of this.cleanups) await cleanup().catch(() => {});
    await this.server.close();
  }
}
