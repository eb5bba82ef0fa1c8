// The reminder of an incident's update in a tab that nobody has looked at for more than five minutes, in a browser that lets such tabs sleep as
// people's do: of one who leads alone, where nothing keeps its clock awake.
import assert from 'node:assert/strict';
import { BareChromium } from '../e2e/lib/bare.js';
import { declaredAlone, isDue } from '../e2e/lib/incident.js';
import { scenario } from '../e2e/lib/world.js';

/** Until the update is due, in seconds: from five minutes on browsers let a hidden tab's clock tick once a minute. */
const SECONDS = 400;
/** As long as that, a minute of sleep, and what a slow machine takes. */
const PATIENCE = (SECONDS + 60 + 120) * 1_000;

scenario('hidden for more than five minutes, and alone, who leads is reminded of the update', async (world) => {
  const browser = await BareChromium.open(world);
  const { tab } = await declaredAlone(world, browser, SECONDS);
  const front = await browser.newPage();
  await front.goto(`${world.url}?page=blank`);
  await front.bringToFront();
  await tab.until('it is hidden', () => tab.page.evaluate(() => document.hidden));
  await tab.until('she is told', () => isDue(tab), PATIENCE);
  const told = await tab.page.evaluate(() => window.told);
  assert.deepEqual([told.length, told[0]?.hidden], [1, true]);
});
