// Tests that fail: a page answers nothing for twelve seconds, and nothing else goes wrong. `harness.test.js` runs them, and sees to it
// that they do fail.
import { Firefox } from './lib/firefox.js';
import { Tab } from './lib/tab.js';
import { scenario } from './lib/world.js';

/** Longer than a page may be silent, in milliseconds. */
const BUSY = 12_000;

const open = async (world, page, name) => {
  const tab = new Tab(page, name);
  world.tabs.push(tab);
  await page.goto(`${world.url}?page=blank`);
  return tab;
};

const block = (tab) =>
  tab.page.evaluate((busy) => {
    const end = performance.now() + busy;
    while (performance.now() < end);
  }, BUSY);

const IN = {
  chromium: (name) =>
    scenario(name, async (world) => {
      const context = await world.browser();
      const excused = await open(world, await context.newPage(), 'Excused');
      const blocked = await open(world, await context.newPage(), 'Sleeper');
      await world.assertSeparate(context);
      await Promise.all([world.mayBeSilent(excused, () => block(excused)), block(blocked)]);
    }),
  firefox: (name) =>
    scenario(name, async (world) => {
      await block(await open(world, await (await Firefox.open(world)).newPage(), 'Sleeper'));
    }),
};

IN[process.env.PACELINE_SILENT]('a page that answers nothing');
