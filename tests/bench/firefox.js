// The same in Firefox: a second tab, 10,000 entries, what it verifies.
import { Firefox } from '../e2e/lib/firefox.js';
import { until } from '../e2e/lib/tab.js';
import { firefox } from '../e2e/lib/tools.js';
import { measured, told } from './ingest.js';
import { FEW, RUNS, beside, fault, line, print } from './lib/print.js';
import { startRivals } from './lib/rivals.js';
import { agree, longRoom, mark, runs, untilGone } from './lib/tabs.js';

/**
 * When a tab was in sync. No script runs before the page's here: it is asked from within as soon as the mark is there, and must hold so
 * many events by then.
 */
async function inSync(page, events, what) {
  const { at, held } = await page.evaluate(async () => {
    for (;;) {
      const made = performance.getEntriesByName('paceline:in-sync')[0];
      if (made) {
        const { events, missing } = await window.paceline.status();
        return { at: made.startTime, held: { events: Math.min(events, made.detail ?? events), missing } };
      }
      await new Promise((done) => setTimeout(done, 1));
    }
  });
  if (held.events >= events && held.missing === 0) return at;
  fault(`${what}: marked as in sync after ${Math.round(at)} ms with ${JSON.stringify(held)} of ${events} events`);
  return null;
}

/** Tabs that join with nothing of their own, one after the other; beside them raw channels. */
async function joins(browser, { what, aim, ada, link, raw, rawMark, count }) {
  const { events } = await ada.status();
  const [synced, peers, floor] = [[], [], []];
  await runs(async () => {
    const page = await browser.newPage();
    await page.goto(link);
    const at = await inSync(page, events, what);
    if (at !== null) {
      synced.push(at);
      peers.push(await mark(page, 'paceline:first-peer'));
    }
    await agree(ada.page, page);
    await forget(page);
    await ada.until('nobody else is left', async () => (await ada.status()).peers.length === 0);
    const other = await browser.newPage();
    await other.goto(raw);
    floor.push(await mark(other, rawMark));
    await other.close();
  }, count);
  beside(`${what}: navigation to in sync`, 'ms', aim, synced, { floor });
  line(`${what}: navigation to first peer`, 'ms', peers);
}

/** Forgets the room by the page's own buttons, waits until its database is gone, and closes the tab. */
async function forget(page) {
  const node = await page.evaluate(async () => {
    const { node } = await window.paceline.status();
    const shown = async (handle) => {
      for (;;) {
        const found = document.querySelector(`[data-testid="${handle}"]`);
        if (found?.checkVisibility()) return found;
        await new Promise((done) => setTimeout(done, 5));
      }
    };
    await shown('tab-more');
    const view = document.querySelector('[data-testid="view-settings"]');
    if (!view?.checkVisibility()) (await shown('tab-more')).click();
    for (const handle of ['view-settings', 'forget-room', 'forget-room-confirm', 'start']) {
      const found = await shown(handle);
      if (handle !== 'start') found.click();
    }
    return node;
  });
  await page.evaluate(untilGone, node);
  await page.close();
}

/** A page of raw channels that stays, for those that come. */
async function rawServer(browser, address, offer) {
  const page = await browser.newPage();
  await page.goto(address);
  await until('it waits', () => page.evaluate(() => window.rival !== undefined));
  if (offer) await page.evaluate(([count, bytes]) => window.rival.offer(count, bytes), offer);
  return page;
}

export async function inFirefox(world) {
  if (!firefox) return print({ measure: 'Firefox', unit: 'runs', value: 0, because: 'there is none here' });
  const written = await longRoom(world, 10_000);
  await written.ada.close();
  const rivals = await startRivals(world);
  const raw = rivals.at('raw');
  const browser = await Firefox.open(world);
  print({ measure: `Firefox: ${await browser.version()}`, unit: 'browser', value: 1 });
  const ada = await browser.tab('Ada');
  const small = await ada.found({ title: 'Small', purpose: '', form: 'blank' });
  await ada.inRoom();
  let server = await rawServer(browser, raw);
  await joins(browser, { what: 'Firefox, second tab', aim: '<= 3 x raw', ada, link: small, raw, rawMark: 'raw:open', count: RUNS });
  await server.close();
  // A tab of a long room, and what it took to fill it: verified, and taken in.
  const all = [];
  await runs(async (run) => {
    const tab = await browser.tab('importer', written.link);
    all.push(await measured(tab.page, written.events));
    if (run < FEW - 1) await forget(tab.page);
    else Object.assign(ada, { page: tab.page });
  }, FEW);
  told('Firefox', all);
  await ada.until('all is stored', async () => (await ada.status()).storage.events >= written.events);
  server = await rawServer(browser, raw, [10_000, written.bytes]);
  const long = { what: 'Firefox, fresh tab holds 10000 entries', aim: '<= 900 ms', link: written.link };
  await joins(browser, { ...long, ada, raw, rawMark: 'raw:all', count: FEW });
  await server.close();
}
