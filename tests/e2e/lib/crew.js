// Three in one browser before a meeting: two laptops, and a phone in the dark; all are named, and here for all. And what a meeting leaves of a
// phone's screen.
import { PATIENCE, converged } from './tab.js';

export async function crew(world, form, { hasTouch = true, before = async () => {} } = {}) {
  const context = await world.browser({ permissions: ['clipboard-read', 'clipboard-write'], hasTouch });
  await before(context);
  const ada = await world.tab(context, 'Ada');
  const link = await ada.found({ title: 'Crew', form });
  const ben = await world.tab(context, 'Ben', link);
  const cleo = await world.tab(context, 'Cleo', link);
  await cleo.page.setViewportSize({ width: 390, height: 844 });
  await cleo.page.emulateMedia({ colorScheme: 'dark' });
  const tabs = [ada, ben, cleo];
  for (const tab of tabs) await tab.call('introduce', { name: tab.name });
  await converged(tabs);
  for (const tab of tabs) {
    await tab.until('all are here', async () => (await tab.at('person', { 'data-here': 'here' }).count()) === 3);
  }
  return { context, ada, ben, cleo, tabs, link };
}

/** Asks everybody something, by the form in the meeting's card. */
export async function ask(tab, { question, kind, options, hidden }, press = (it) => it.click()) {
  await press(tab.at('round-open'));
  await tab.at('round-question').fill(question);
  await tab.at('round-ask').selectOption(kind);
  if (options) await tab.at('round-options').fill(options.join('\n'));
  if (hidden) await press(tab.at('round-sealed'));
  await press(tab.at('round-submit'));
  await round(tab, question).waitFor({ timeout: PATIENCE });
}

/** What was asked by that question. */
export const round = (tab, question) => tab.at('round').filter({ hasText: question });

export const tap = (it) => it.tap();

/** Takes back what was done last, once this tab says who did what. */
export async function undo(tab, said, press = (it) => it.click()) {
  const offer = tab.page.locator('.undo').filter({ hasText: said });
  await offer.waitFor({ timeout: PATIENCE });
  await press(offer.getByTestId('undo'));
}

/** Of a phone's screen the part that is no meeting: what stands above the card, and the tabs below it. */
export const frame = (tab) =>
  tab.page.evaluate(() => {
    const card = document.querySelector('.card-place').getBoundingClientRect();
    const tabs = document.querySelector('.views').getBoundingClientRect();
    return (Math.max(card.top, 0) + tabs.height) / innerHeight;
  });
