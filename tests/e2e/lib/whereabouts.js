// Where somebody's words are, whatever happened around Enter.
import assert from 'node:assert/strict';
import { until } from './tab.js';

/** How long the disk of a test takes for each write, in milliseconds. */
export const DELAYS = [0, 100, 400];

/** Where the words `text` are now: as what they were to become, as words that wait, as a draft in a field. */
function whereabouts(tab, text) {
  return tab.page.evaluate(async (text) => {
    const { posts, feedback } = await window.paceline.state();
    const said = [...posts, ...feedback].filter((one) => one.text === text).map((one) => one.replyTo ?? one.target ?? one.cid);
    const fields = [...document.querySelectorAll('textarea')].filter((field) => field.value === text && !field.readOnly);
    const waiting = [...document.querySelectorAll('[data-testid="unsent"]')].filter((one) => one.innerText.includes(text));
    const storing = [...document.querySelectorAll('[data-sent="storing"]')].filter((one) => one.innerText.includes(text));
    return { said, drafts: fields.length, waiting: waiting.length + storing.length };
  }, text);
}

/** The words are there once, and once only, when all is quiet; where? */
export async function once(tab, text) {
  const found = await until(`${tab.name} has “${text}”`, async () => {
    const now = await whereabouts(tab, text);
    return now.said.length + now.drafts > 0 && now.waiting === 0 ? now : false;
  });
  assert.equal(found.said.length + found.drafts, 1, `“${text}”: ${JSON.stringify(found)}`);
  return found;
}
