// What is done in an incident, and read of it.
import { Person } from './hands.js';
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

/** By tap, alone, with a browser that lets its tabs sleep: an incident is declared, and what the browser tells her of it is noted in `told`. */
export async function declaredAlone(world, browser, seconds) {
  const { ada: tab, link } = await quick(world, browser, seconds);
  await tab.page.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  const ada = new Person(tab, 'tap');
  await ada.press({ handle: 'tab-meeting' });
  await ada.write({ handle: 'incident-what' }, 'The shop is down');
  await tab.page.evaluate(() => {
    window.told = [];
    window.Notification = class {
      static permission = 'granted';
      constructor(words) {
        window.told.push({ words, hidden: document.hidden });
      }
    };
  });
  await ada.press({ handle: 'incident-declare' });
  await ada.sees({ handle: 'incident-lead' });
  return { tab, link };
}

export const isDue = (tab) => tab.page.evaluate(() => document.title.includes('Update due'));
