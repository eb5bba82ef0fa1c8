// The reminder of an incident's update in a tab that nobody has looked at for more than five minutes, in a browser that lets such tabs sleep as
// people's do: of one who leads alone, where nothing keeps its clock awake.
import assert from 'node:assert/strict';
import { BareChromium } from '../e2e/lib/bare.js';
import { Person } from '../e2e/lib/hands.js';
import { scenario } from '../e2e/lib/world.js';

/** Until the update is due, in seconds: from five minutes on browsers let a hidden tab's clock tick once a minute. */
const SECONDS = 400;
/** As long as that, a minute of sleep, and what a slow machine takes. */
const PATIENCE = (SECONDS + 60 + 120) * 1_000;

scenario('hidden for more than five minutes, and alone, who leads is reminded of the update', async (world) => {
  const form = { name: 'slow', title: 'Slow', meeting: { role: 'Leads it', incident: { question: 'What broke?', update_seconds: SECONDS } } };
  world.server.files = { 'forms/slow.json': JSON.stringify(form) };
  world.server.config = { relays: [], stun: [], forms: ['forms/slow.json'] };
  const browser = await BareChromium.open(world);
  const tab = await world.tab(browser, 'Ada');
  await tab.page.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  const ada = new Person(tab, 'tap');
  await tab.until('the form is here', () => tab.page.evaluate(() => document.querySelector('[data-testid="found-form"] option[value="slow"]') !== null));
  await tab.found({ title: 'Crew', form: 'slow' });
  await tab.inRoom();
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
  const front = await browser.newPage();
  await front.goto(`${world.url}?page=blank`);
  await front.bringToFront();
  await tab.until('it is hidden', () => tab.page.evaluate(() => document.hidden));
  await tab.until('she is told', async () => (await tab.page.evaluate(() => document.title)).includes('Update due'), PATIENCE);
  const told = await tab.page.evaluate(() => window.told);
  assert.deepEqual([told.length, told[0]?.hidden], [1, true]);
});
