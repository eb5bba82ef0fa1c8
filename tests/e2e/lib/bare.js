// Chromium over its own DevTools protocol, without Playwright: there every page counts as looked at and cannot be frozen.
// Here a tab behind another is hidden, as people's are. Pages have the few methods that tabs need; what goes wrong unseen
// in them counts like elsewhere.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { executablePath, ws } from './tools.js';

const ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--remote-debugging-port=0',
];

/** A Chromium of its own with an empty profile. It stands where Playwright's contexts do: `world.tab`, `world.room`. */
export class BareChromium {
  #socket;
  #asked = new Map();
  #listeners = new Map();
  #last = 0;
  /** A function that each page runs before anything of its own. */
  before = null;

  static async open(world) {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'paceline-bare-'));
    const child = spawn(executablePath, [...ARGS, `--user-data-dir=${dir}`], { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'exit');
    world.cleanups.push(async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    });
    const address = await new Promise((resolve, reject) => {
      ended.then(([code]) => reject(new Error(`Chromium ended with ${code}`)));
      createInterface({ input: child.stderr }).on('line', (line) => {
        const listening = /^DevTools listening on (ws:\S+)$/.exec(line);
        if (listening) resolve(listening[1]);
      });
    });
    const browser = new BareChromium();
    browser.world = world;
    await browser.#connect(address);
    return browser;
  }

  async #connect(address) {
    this.#socket = new ws.WebSocket(address);
    await once(this.#socket, 'open');
    this.#socket.on('message', (data) => {
      const { id, sessionId, method, params, result, error } = JSON.parse(data);
      if (!id) return void this.#listeners.get(sessionId)?.(method, params);
      const { resolve, reject } = this.#asked.get(id);
      this.#asked.delete(id);
      if (error) reject(new Error(error.message));
      else resolve(result);
    });
    this.#socket.on('close', () => {
      for (const { reject } of this.#asked.values()) reject(new Error('Chromium hung up'));
    });
  }

  /** One command of the protocol: to the browser, or to one page. */
  send(method, params = {}, sessionId = undefined) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  /** A new tab, in front of the others. */
  async newPage() {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, targetId, sessionId);
    this.#listeners.set(sessionId, (method, params) => page.heard(method, params));
    for (const domain of ['Page', 'Runtime', 'Network']) await page.send(`${domain}.enable`);
    if (this.before) await page.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${this.before})()` });
    this.world.watchdog?.follow(page);
    return page;
  }

  /** Ends it. */
  async close() {
    // It may hang up before it answers.
    await this.send('Browser.close').catch(() => {});
  }
}

class Page {
  #loaded = null;

  constructor(browser, target, session) {
    Object.assign(this, { browser, target, session, closed: false });
  }

  send(method, params) {
    return this.browser.send(method, params, this.session);
  }

  heard(method, params) {
    const { world } = this.browser;
    const happened = {
      'Page.loadEventFired': () => this.#loaded?.(),
      'Runtime.consoleAPICalled': ({ type, args }) => {
        if (type === 'error') world.problems.push(`console error: ${args.map((one) => one.value ?? one.description)}`);
      },
      'Runtime.exceptionThrown': ({ exceptionDetails: { text, exception } }) =>
        world.problems.push(`page error: ${exception?.description ?? text}`),
      'Network.requestWillBeSent': ({ request: { url } }) => {
        if (!world.isAllowed(url) && !/^(blob|data|about):/.test(url)) world.problems.push(`request to ${url}`);
      },
      'Network.responseReceived': ({ response: { status, url } }) => {
        if (status >= 400) world.problems.push(`${status} for ${url}`);
      },
      'Network.webSocketCreated': ({ url }) => {
        if (!world.isAllowed(url)) world.problems.push(`websocket to ${url}`);
      },
    };
    happened[method]?.(params);
  }

  on() {}
  ping() {
    return this.send('Runtime.evaluate', { expression: '0' });
  }
  context() {
    return this.browser;
  }
  isClosed() {
    return this.closed;
  }

  async goto(url) {
    const loaded = new Promise((resolve) => {
      this.#loaded = resolve;
    });
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** One step back in the history; what was there is restored, or loaded again. */
  async goBack() {
    const { currentIndex, entries } = await this.send('Page.getNavigationHistory');
    await this.send('Page.navigateToHistoryEntry', { entryId: entries[currentIndex - 1].id });
  }

  /** In front of the other tabs: these are hidden then. */
  async bringToFront() {
    await this.browser.send('Target.activateTarget', { targetId: this.target });
  }

  /** Stands still, as the browser lets tabs that are hidden for long. */
  async freeze() {
    await this.send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  async resume() {
    await this.send('Page.setWebLifecycleState', { state: 'active' });
  }

  /** Looked at again, as a phone that is unlocked: what was frozen counts as hidden, and draws nothing, until tabs have changed. */
  async unlock() {
    await this.resume();
    const { targetId } = await this.browser.send('Target.createTarget', { url: 'about:blank' });
    await this.bringToFront();
    await this.browser.send('Target.closeTarget', { targetId });
  }

  /** Runs a function in the page, and waits for what it promises. What goes in and out is plain data. */
  async evaluate(work, argument) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression: `(${work})(${JSON.stringify(argument) ?? ''})`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async screenshot({ path: file }) {
    const { data } = await this.send('Page.captureScreenshot');
    await writeFile(file, data, 'base64');
  }

  async close() {
    this.closed = true;
    await this.browser.send('Target.closeTarget', { targetId: this.target });
  }
}
