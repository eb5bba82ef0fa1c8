// What stands in the way of people with assistive technology, as far as axe can see.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { axePath } from './tools.js';

const axe = await readFile(axePath, 'utf8');

/** Nothing on this screen does. */
export async function check(tab, screen) {
  // Evaluated by the debugger: the page's own policy would not let it in.
  await tab.page.evaluate(axe);
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
