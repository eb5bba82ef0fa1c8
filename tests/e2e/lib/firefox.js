// Firefox, driven by WebDriver: pages with the few methods that tabs need, so that a test need not know in which browser a
// tab is open. What goes wrong unseen in them counts like in Chromium (WebDriver BiDi tells).
import { writeFile } from 'node:fs/promises';
import { PATIENCE, Tab } from './tab.js';
import { firefox, geckodriver, selenium } from './tools.js';

/** A Firefox of its own with an empty profile; several tabs are one browser's. `throttled`: tabs behind others sleep as people's do. */
export class Firefox {
  static async open(world, { throttled = false } = {}) {
    const { Builder } = selenium('selenium-webdriver');
    const { Options, ServiceBuilder } = selenium('selenium-webdriver/firefox');
    const options = new Options()
      .setBinary(firefox)
      .addArguments('-headless')
      .set('webSocketUrl', true);
    if (!throttled) {
      // Two tabs of a test are both looked at: neither is throttled as people's background tabs are.
      options.setPreference('dom.min_background_timeout_value', 4);
      options.setPreference('dom.timeout.enable_budget_timer_throttling', false);
    }
    const driver = await new Builder()
      .forBrowser('firefox')
      .setFirefoxOptions(options)
      .setFirefoxService(new ServiceBuilder(geckodriver))
      .build();
    world.cleanups.push(() => driver.quit());
    await driver.manage().setTimeouts({ script: 2 * PATIENCE, pageLoad: PATIENCE });
    const browser = new Firefox();
    Object.assign(browser, { world, driver, turn: Promise.resolve(), first: await driver.getWindowHandle() });
    await browser.listen();
    return browser;
  }

  /** Browser and version. */
  async version() {
    const capabilities = await this.driver.getCapabilities();
    return `${capabilities.get('browserName')} ${capabilities.get('browserVersion')}`;
  }

  /** What goes wrong unseen, or is asked of other origins, is a problem of the world's, like in Chromium. */
  async listen() {
    const { problems } = this.world;
    const log = await selenium('selenium-webdriver/bidi/logInspector')(this.driver);
    await log.onConsoleEntry(({ level, text }) => {
      if (level === 'error') problems.push(`console error: ${text}`);
    });
    await log.onJavascriptException(({ text }) => problems.push(`page error: ${text}`));
    const network = await selenium('selenium-webdriver/bidi/networkInspector')(this.driver);
    await network.beforeRequestSent((sent) => {
      // It is called for whatever the browser says, with nothing for what is not about requests.
      const url = sent?.request?.url;
      if (url && !this.world.isAllowed(url) && !/^(blob|data|about|chrome|resource):/.test(url)) problems.push(`request to ${url}`);
    });
  }

  /** WebDriver talks to one tab at a time. */
  in(handle, work) {
    const turn = this.turn.then(async () => {
      await this.driver.switchTo().window(handle);
      return work(this.driver);
    });
    this.turn = turn.catch(() => {});
    return turn;
  }

  /** Opens a tab; waits for the script interface, and for the room if the address names one. */
  async tab(name, address = this.world.url) {
    const tab = new Tab(await this.newPage(), name);
    this.world.tabs.push(tab);
    await tab.page.goto(address);
    await (address.includes('#/r/') ? tab.inRoom() : tab.ready());
    return tab;
  }

  newPage() {
    const turn = this.turn.then(async () => {
      if (!this.first) {
        // The tab that it talked to last may be closed.
        const [open] = await this.driver.getAllWindowHandles();
        await this.driver.switchTo().window(open);
        await this.driver.switchTo().newWindow('tab');
      }
      const page = new Page(this, this.first ?? (await this.driver.getWindowHandle()));
      this.first = null;
      this.world.watchdog?.follow(page);
      return page;
    });
    this.turn = turn.catch(() => {});
    return turn;
  }
}

class Page {
  constructor(browser, handle) {
    Object.assign(this, { browser, handle, closed: false });
  }

  on() {}
  /** Over WebDriver BiDi, which waits for no turn. */
  async ping() {
    const line = await this.browser.driver.getBidi();
    return line.send({
      method: 'script.evaluate',
      params: { expression: '0', target: { context: this.handle }, awaitPromise: false },
    });
  }
  context() {
    return this.browser;
  }
  isClosed() {
    return this.closed;
  }

  goto(address) {
    return this.browser.in(this.handle, (driver) => driver.get(address));
  }

  reload() {
    return this.browser.in(this.handle, (driver) => driver.navigate().refresh());
  }

  async screenshot({ path }) {
    const image = await this.browser.in(this.handle, (driver) => driver.takeScreenshot());
    await writeFile(path, image, 'base64');
  }

  async close() {
    this.closed = true;
    await this.browser.in(this.handle, (driver) => driver.close());
  }

  /** Runs a function in the page, and waits for what it promises. What goes in and out is plain data. */
  async evaluate(work, argument) {
    const script = `
      const done = arguments[arguments.length - 1];
      const work = ${work};
      Promise.resolve(arguments[0])
        .then((argument) => work(argument))
        .then((value) => done({ value: value === undefined ? null : value }))
        .catch((error) => done({ error: [String(error), error?.stack].join(' ') }));`;
    const { value, error } = await this.browser.in(this.handle, (driver) =>
      driver.executeAsyncScript(script, argument ?? null),
    );
    if (error) throw new Error(error);
    return value;
  }
}
