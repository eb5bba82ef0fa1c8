// Proposals as they stand on a screen.
import { PATIENCE } from './tab.js';

export const click = (it) => it.click();
export const proposal = (tab, title) => tab.at('proposal').filter({ hasText: title });
// On a phone what stands behind a view is on the page, too.
export const seen = (all) => all.locator('visible=true').first();
export const within = (tab, title, handle) => seen(proposal(tab, title).getByTestId(handle));
export const stands = (tab, title, state) => seen(tab.at('proposal', { 'data-state': state }).filter({ hasText: title })).waitFor({ timeout: PATIENCE });
export const known = async (tab, title) => (await tab.state()).proposals.find((it) => it.title === title);

export async function consent(tab, title, press = click) {
  await within(tab, title, 'ballot-consent').waitFor({ timeout: PATIENCE });
  await press(within(tab, title, 'ballot-consent'));
}
