// Pages that end at a moment one chooses.
import { PATIENCE } from './tab.js';

/** Ends the page by its own timer, so many milliseconds after Enter is pressed in this field. */
export async function enterAndReload(tab, field, text, ms, keys = 'Enter') {
  await field.fill(text);
  const again = tab.page.waitForEvent('load', { timeout: PATIENCE });
  await tab.page.evaluate((ms) => {
    addEventListener('keydown', ({ key }) => key === 'Enter' && setTimeout(() => location.reload(), ms), { capture: true });
  }, ms);
  await field.press(keys);
  await again;
  await tab.inRoom();
}

/** A tab alone in a room of its own. */
export async function room(world, context, name) {
  const tab = await world.tab(context, name);
  tab.link = await tab.found({ title: name, purpose: '', form: 'blank' });
  await tab.inRoom();
  await tab.call('introduce', { name: 'Ada' });
  return tab;
}
