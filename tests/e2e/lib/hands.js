// A person at a tab, whatever the browser: acts by tap, click or key alone, on what is in sight, and reads what is on the screen.
import { setTimeout as pause } from 'node:timers/promises';
import { until } from './tab.js';
import { selenium } from './tools.js';

/**
 * Runs in the page: finds the element with this handle (or CSS selector), these words and attributes, the first that can be seen; brings
 * it into sight and says where, what it says, and whether it is what a finger there would hit.
 */
function look({ handle, css, text, within, attributes = {}, any = false }) {
  const seen = (element) => any || element.getClientRects().length > 0;
  const all = (root, { handle, css, text, attributes = {} }) =>
    [...root.querySelectorAll(css ?? `[data-testid="${handle}"]`)].filter(
      (it) =>
        seen(it) &&
        (!text || it.textContent.includes(text)) &&
        Object.entries(attributes).every(([name, value]) => it.getAttribute(name) === value),
    );
  const roots = within ? all(document, within) : [document];
  const [element] = roots.flatMap((root) => all(root, { handle, css, text, attributes }));
  if (!element) return null;
  const told = {
    text: element.textContent,
    value: element.value ?? null,
    attributes: Object.fromEntries([...element.attributes].map((it) => [it.name, it.value])),
    focused: element === document.activeElement,
  };
  if (any) return told;
  // Whether the next press comes to it: something may move under a finger on its way.
  if (!window.aimed) {
    const isOf = (element, target) => element.contains(target) || Boolean(element.labels?.[0]?.contains(target));
    document.addEventListener('click', ({ target }) => (window.aimed.hit = isOf(window.aimed.element, target)), true);
  }
  window.aimed = { element, hit: null };
  element.scrollIntoView({ block: 'center', inline: 'nearest' });
  const box = element.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const top = document.elementFromPoint(x, y);
  return { ...told, x, y, hit: top === element || element.contains(top) || top?.labels?.length > 0 };
}

export class Person {
  /** `way`: "click", "tap" or "keys"; of a tab in Playwright's Chromium, in the bare one, or in Firefox. */
  constructor(tab, way) {
    Object.assign(this, { tab, way, name: tab.name, presses: 0 });
  }

  look(what) {
    return this.tab.page.evaluate(look, what);
  }

  /** What is on the screen, once it is. */
  sees(what, patience) {
    return until(`${this.name} sees ${JSON.stringify(what)}`, () => this.look(what), patience);
  }

  /** Once something is true of what is on the screen. */
  until(why, what, is, patience) {
    return until(`${this.name}: ${why}`, async () => is(await this.look({ ...what, any: true })), patience);
  }

  async press(what) {
    this.presses += 1;
    if (this.way === 'keys') {
      await this.#walk(what);
      return this.#key('Enter');
    }
    return this.#point(what);
  }

  /** Into a field: to it, what stands there away, and the words. */
  async write(what, words) {
    await until(`${this.name} is in ${JSON.stringify(what)}`, async () => {
      if (this.way === 'keys') await this.#walk(what);
      else await this.#point(what);
      return (await this.look(what))?.focused;
    });
    if ((await this.look(what)).value) {
      // On a phone what stands in a field is chosen by a menu of the phone's own.
      if (this.way === 'tap') await this.tab.page.evaluate(() => document.activeElement.select());
      else await this.#key('Control+a');
    }
    await this.#type(words);
    await this.until('it stands there', what, (it) => it?.value === words);
  }

  /** In a list to choose from: opened by a press, and gone through by keys; a phone's own list, by which people choose there, is none of the page's. */
  async choose(what, words) {
    await this.press(what);
    const find = ([handle, within, words]) => {
      const roots = within ? [...document.querySelectorAll(`[data-testid="${within.handle}"]`)] : [document];
      const root = roots.find((it) => !within?.text || it.textContent.includes(within.text));
      const { options, selectedIndex } = root.querySelector(`[data-testid="${handle}"]`);
      return [...options].findIndex((it) => it.text.includes(words)) - selectedIndex;
    };
    const steps = await this.tab.page.evaluate(find, [what.handle, what.within, words]);
    for (let step = 0; step < steps; step += 1) await this.#key('ArrowDown');
    await this.#key('Enter');
  }

  /** By the Tab key alone, however far it is. */
  async #walk(what) {
    await this.sees(what);
    for (let step = 0; step < 400; step += 1) {
      if ((await this.look(what))?.focused) return;
      await this.#key('Tab');
    }
    throw new Error(`${this.name} does not come to ${JSON.stringify(what)} by the Tab key`);
  }

  /** The finger over it: what is returned presses that moment. */
  async aim(what) {
    const at = await this.#over(what);
    return () => this.#touch(at);
  }

  /** Again if it was missed, as people do. */
  #point(what) {
    return until(`${this.name} hits ${JSON.stringify(what)}`, async () => {
      await this.#touch(await this.#over(what));
      for (let step = 0; step < 20; step += 1) {
        const hit = await this.tab.page.evaluate(() => window.aimed.hit);
        if (hit !== null) return hit;
        await pause(50);
      }
      return false;
    });
  }

  #over(what) {
    // What moves under the finger is waited for, as people do.
    return until(`${this.name} can press ${JSON.stringify(what)}`, async () => {
      const [one, other] = [await this.look(what), await this.look(what)];
      return one?.hit && other?.hit && one.x === other.x && one.y === other.y && other;
    });
  }

  async #touch(at) {
    const { page } = this.tab;
    if (page.mouse) return this.way === 'tap' ? page.touchscreen.tap(at.x, at.y) : page.mouse.click(at.x, at.y);
    if (page.send) {
      await page.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: at.x, y: at.y }] });
      return page.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    }
    const [x, y] = [Math.round(at.x), Math.round(at.y)];
    return page.browser.in(page.handle, (driver) => driver.actions().move({ x, y }).click().perform());
  }

  #key(name) {
    const { page } = this.tab;
    if (page.keyboard) return page.keyboard.press(name);
    if (page.send) throw new Error('a phone has no keys');
    const { Key } = selenium('selenium-webdriver');
    const keys = { Tab: Key.TAB, Enter: Key.ENTER };
    return page.browser.in(page.handle, (driver) => {
      const actions = driver.actions();
      return (name === 'Control+a' ? actions.keyDown(Key.CONTROL).sendKeys('a').keyUp(Key.CONTROL) : actions.sendKeys(keys[name])).perform();
    });
  }

  #type(words) {
    const { page } = this.tab;
    if (page.keyboard) return page.keyboard.insertText(words);
    if (page.send) return page.send('Input.insertText', { text: words });
    return page.browser.in(page.handle, (driver) => driver.actions().sendKeys(words).perform());
  }
}
