// A page that answers nothing for ten seconds fails the test that opened it, whatever else the test waits for. Each page is asked for
// nothing once a second, on a line of its own. What a test makes silent on purpose (a process that is stopped) it says beforehand.

/** How often each page is asked, in milliseconds. */
const EVERY = 1_000;
/** So many times in a row without an answer, and the page is silent. Counted, since whoever asks may have been held up, too. */
const PATIENCE = 10;

export class Watchdog {
  #world;
  #asking = [];
  #silent = new Set();
  #excused = new Set();
  #bark;

  /** Rejects when a page has fallen silent, and says which. */
  silence = new Promise((_, reject) => {
    this.#bark = reject;
  });

  constructor(world) {
    this.#world = world;
    // Whoever waits for nothing else hears of it at the end.
    this.silence.catch(() => {});
  }

  /** Asks this page from now on, until it is closed or crashes. A page that knows how has a method `ping`. */
  async follow(page) {
    const ping = page.ping ? () => page.ping() : await asking(page);
    let crashed = false;
    let waited = null;
    page.on('crash', () => {
      crashed = true;
    });
    const timer = setInterval(() => {
      if (crashed || page.isClosed()) return clearInterval(timer);
      if (waited === null) {
        waited = 0;
        const answered = () => {
          waited = null;
        };
        // That it cannot be asked just now, while it goes elsewhere, is an answer of its browser.
        ping().then(answered, answered);
      } else if (!this.#excused.has(page)) {
        waited += 1;
        if (waited === PATIENCE) this.#tell(page);
      }
    }, EVERY);
    timer.unref();
    this.#asking.push(timer);
  }

  #tell(page) {
    this.#silent.add(page);
    const name = this.#world.tabs.find((tab) => tab.page === page)?.name ?? 'a page without a name';
    const problem = `${name} answered nothing for ten seconds`;
    this.#world.problems.push(problem);
    this.#bark(new Error(problem));
  }

  isSilent(page) {
    return this.#silent.has(page);
  }

  /** While this is done, the page may be silent. */
  async excuse(page, work) {
    this.#excused.add(page);
    try {
      return await work();
    } finally {
      this.#excused.delete(page);
    }
  }

  stop() {
    for (const timer of this.#asking) clearInterval(timer);
  }
}

/** How a page of Playwright's is asked: on a line of its own, so that nothing it says or is told is held up. */
async function asking(page) {
  const line = await page.context().newCDPSession(page);
  return () => line.send('Runtime.evaluate', { expression: '0' });
}
