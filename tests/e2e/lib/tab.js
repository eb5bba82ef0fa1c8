// One open tab: its `window.paceline`, its screen, and waiting until something is true of it.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

/** How long a condition may take to come true before the test fails. Never an expectation of speed. */
export const PATIENCE = Number(process.env.PACELINE_PATIENCE ?? 60_000);
const POLL = 25;
const POLL_AT_MOST = 200;

/** Asks again until the answer is truthy; fails with what it last saw. */
export async function until(what, ask, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (let wait = POLL; ; wait = Math.min(wait * 1.3, POLL_AT_MOST)) {
    let seen;
    try {
      seen = await ask();
      if (seen) return seen;
    } catch (error) {
      // A page that navigates or is still starting cannot answer; at the end the reason is told.
      seen = error;
    }
    if (Date.now() > end) {
      const last = seen instanceof Error ? seen.message : JSON.stringify(seen);
      throw new Error(`waited ${patience / 1000} s in vain until ${what} (last answer: ${last})`);
    }
    await pause(wait);
  }
}

export class Tab {
  constructor(page, name) {
    this.page = page;
    this.name = name;
    this.crashed = false;
    page.on('crash', () => {
      this.crashed = true;
    });
  }

  /** Calls `window.paceline.<path>(...args)`. A rejection becomes an Error with the same `code`. */
  async call(path, ...args) {
    const outcome = await this.page.evaluate(
      async ([path, args]) => {
        const names = path.split('.');
        const method = names.pop();
        const owner = names.reduce((object, name) => object[name], window.paceline);
        try {
          return { value: await owner[method](...args) };
        } catch (error) {
          return {
            code: error?.code ?? null,
            message: String(error?.message ?? error),
            isError: error instanceof Error,
          };
        }
      },
      [path, args],
    );
    if ('value' in outcome || !('message' in outcome)) return outcome.value;
    const error = new Error(`${this.name}: paceline.${path}: ${outcome.message} (${outcome.code})`);
    Object.assign(error, { code: outcome.code, plain: outcome.message, isError: outcome.isError });
    throw error;
  }

  found(options) {
    return this.call('found', options);
  }
  join(link) {
    return this.call('join', link);
  }
  post(text, more = {}) {
    return this.call('post', { text, ...more });
  }
  status() {
    return this.call('status');
  }
  state() {
    return this.call('state');
  }
  local() {
    return this.call('local');
  }
  async node() {
    return (await this.status()).node;
  }

  async baton(cid) {
    const { batons } = await this.state();
    const baton = batons.find((one) => one.cid === cid);
    assert.ok(baton, `${this.name} knows the baton ${cid}`);
    return baton;
  }

  /** Waits until `ask(tab)` is truthy. */
  until(what, ask, patience) {
    return until(`${this.name}: ${what}`, () => ask(this), patience);
  }

  /** Waits for the script interface. */
  ready() {
    return this.until('window.paceline is there', () => this.page.evaluate(() => typeof window.paceline === 'object'));
  }

  /** Waits until the room of the link in the address is open. */
  async inRoom() {
    await this.ready();
    await this.until('the room is open', async () => (await this.status()).room);
    const isDrawn = () => document.querySelector('[data-testid="room"]') !== null;
    await this.until('the room is drawn', () => this.page.evaluate(isDrawn));
    return this;
  }

  /** Waits until it has at least so many direct links and is in sync, or alone if there are to be none. */
  linked(count, patience) {
    const settled = count === 0 ? ['alone', 'in-sync'] : ['in-sync'];
    const ask = async () => {
      const status = await this.status();
      const direct = status.peers.filter((peer) => peer.direct).length;
      return direct >= count && settled.includes(status.state) && status.missing === 0 ? status : false;
    };
    return this.until(`${count} direct links, ${settled.join(' or ')}`, ask, patience);
  }

  has(cid) {
    return this.until(`has ${cid}`, async () => (await this.state()).posts.some((post) => post.cid === cid));
  }

  // --- what is on the screen --------------------
  /** Elements by the handles that UI.md keeps stable. */
  at(handle, attributes = {}) {
    const more = Object.entries(attributes)
      .map(([name, value]) => `[${name}=${JSON.stringify(value)}]`)
      .join('');
    return this.page.locator(`[data-testid="${handle}"]${more}`);
  }

  shownPost(cid) {
    return this.at('post', { 'data-cid': cid });
  }

  /** Does something with a post; what is done less often stands behind *more*. */
  async actOn(cid, handle, press = (button) => button.click()) {
    const button = this.shownPost(cid).getByTestId(handle).first();
    await button.waitFor({ state: 'attached' });
    if (!(await button.isVisible())) await press(this.shownPost(cid).getByTestId('post-more'));
    await press(button);
  }

  /** Opens a view, by way of the main tab that holds it where it is not in sight. */
  async view(handle, press = (button) => button.click()) {
    const within = { 'view-people': 'tab-people' };
    for (const agreed of ['view-decisions', 'view-promises', 'view-minutes']) within[agreed] = 'tab-agreed';
    const button = this.at(handle);
    await this.at('tab-more').waitFor();
    if (!(await button.isVisible())) await press(this.at(within[handle] ?? 'tab-more'));
    await press(button);
  }

  /** Opens the view of loops: their handles are the view's from then on, which a slow machine draws in more than one go. */
  async showLoops(press = (button) => button.click()) {
    await this.view('view-loops', press);
    await this.page.locator('.view [data-testid="loop"]').first().waitFor();
    await this.page.locator('.said-here [data-testid="loop"]').first().waitFor({ state: 'detached' });
  }

  /** Posts through the composer, as a person does; resolves with the post's CID once it is shown as sent. */
  async compose(text, kind) {
    if (kind) await this.at('composer-kind').selectOption(kind);
    await this.at('composer-text').fill(text);
    await this.at('composer-submit').click();
    const post = this.at('post', { 'data-sent': 'sent' }).filter({ hasText: text }).last();
    await post.waitFor({ timeout: PATIENCE });
    return post.getAttribute('data-cid');
  }

  // --- ends --------------------
  async close() {
    await this.page.close();
  }

  /** Kills the renderer at once: no handler of the page runs. */
  async crash() {
    assert.equal(this.crashed, false, `${this.name} is alive before it is crashed`);
    const session = await this.page.context().newCDPSession(this.page);
    const gone = this.page.waitForEvent('crash', { timeout: PATIENCE });
    session.send('Page.crash').catch(() => {}); // nobody is left to answer
    await gone;
    assert.ok(this.crashed);
  }
}

/** Waits until all tabs hold the same events and words; returns what they all show. */
export async function converged(tabs, what = 'all agree', patience = PATIENCE) {
  return until(what, async () => {
    const seen = await Promise.all(tabs.map(async (tab) => ({ status: await tab.status(), state: await tab.state() })));
    const complete = seen.every(({ status }) => status.missing === 0 && status.pending === 0);
    const same = seen.every(({ state }) => state.digest === seen[0].state.digest);
    if (!complete || !same) return false;
    for (const [index, { state }] of seen.entries()) {
      assert.deepEqual(state, seen[0].state, `${tabs[index].name} shows what ${tabs[0].name} shows`);
    }
    return seen[0].state;
  }, patience);
}
