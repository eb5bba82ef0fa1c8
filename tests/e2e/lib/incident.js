// What is done in an incident, and read of it.
import { PATIENCE } from './tab.js';

export const leads = (tab, node) => tab.at('incident-lead', { 'data-node': node }).waitFor({ timeout: PATIENCE });

export const line = (tab, text) => tab.at('log-line').filter({ hasText: text });

export const press = (tab, it) => (tab.taps ? it.tap() : it.click());

/** Logs what somebody saw, and sees it in all these tabs. */
export async function logs(tab, text, tabs, button = 'incident-line-submit') {
  await tab.at('incident-line').fill(text);
  await press(tab, tab.at(button));
  for (const it of tabs) await line(it, text).waitFor({ timeout: PATIENCE });
  await tab.until('the field is free', async () => (await tab.at('incident-line').inputValue()) === '');
}

/** In a room of a form by which an update is due so soon, in seconds. */
export async function quick(world, context, seconds) {
  const form = { name: 'quick', title: 'Quick', meeting: { role: 'Leads it', incident: { question: 'What broke?', update_seconds: seconds } } };
  world.server.files = { 'forms/quick.json': JSON.stringify(form) };
  world.server.config = { relays: [], stun: [], forms: ['forms/quick.json'] };
  const ada = await world.tab(context, 'Ada');
  await ada.until('the form is here', () => ada.page.evaluate(() => document.querySelector('[data-testid="found-form"] option[value="quick"]') !== null));
  const link = await ada.found({ title: 'Crew', form: 'quick' });
  await ada.inRoom();
  return { ada, link };
}

export const isDue = (tab) => tab.page.evaluate(() => document.title.includes('Update due'));
