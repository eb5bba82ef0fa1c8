// What stands in the way of people with assistive technology, as far as axe can see, in the light and in the dark; and that one button at
// most is filled.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { axePath } from './tools.js';

const axe = await readFile(axePath, 'utf8');

/** Nothing on this screen does, in either colour scheme; it is left in the one that it was in. */
export async function check(tab, screen) {
  // Evaluated by the debugger: the page's own policy would not let it in.
  await tab.page.evaluate(axe);
  const isDark = await tab.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  const [shown, other] = isDark ? ['dark', 'light'] : ['light', 'dark'];
  for (const colorScheme of [shown, other]) {
    await tab.page.emulateMedia({ colorScheme });
    await nothingIsInTheWay(tab, `${screen}, ${colorScheme}`);
    await oneIsFilled(tab, `${screen}, ${colorScheme}`);
  }
  await tab.page.emulateMedia({ colorScheme: shown });
}

async function nothingIsInTheWay(tab, screen) {
  const violations = await tab.page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await window.axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      nodes: nodes
        .slice(0, 5)
        .map((node) => `${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim()}`),
    }));
  });
  assert.deepEqual(violations, [], `${screen}: nothing stands in anybody's way`);
}

/** One filled button at most: what is my next press. */
async function oneIsFilled(tab, screen) {
  const filled = await tab.page.evaluate(() => {
    const ink = getComputedStyle(document.querySelector('[data-primary="true"]') ?? document.body);
    const dark = document.querySelector('[data-primary="true"]') ? ink.backgroundColor : ink.color;
    const inFront = document.querySelector('dialog[open]') ?? document;
    return [...inFront.querySelectorAll('button')]
      .filter((it) => it.checkVisibility() && getComputedStyle(it).backgroundColor === dark)
      .map((it) => `${it.dataset.testid ?? it.textContent}${it.dataset.primary === 'true' ? '' : ' (not the primary)'}`);
  });
  assert.ok(filled.length <= 1 && !filled.join().includes('not the primary'), `${screen} has filled: ${filled}`);
  const primaries = await tab.page.locator('[data-primary="true"]').count();
  assert.ok(primaries <= 1, `${screen} has ${primaries} primary buttons`);
}
