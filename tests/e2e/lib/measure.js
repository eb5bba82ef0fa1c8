// Measuring fan-out: ours, and the raw channels' in the same run. Tabs of one machine share a clock.
import { setTimeout as pause } from 'node:timers/promises';

/** Median, 95th percentile, least and most, in milliseconds, to a hundredth; null where nothing was measured. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.length - 1;
  const at = (share) => (last < 0 ? null : Math.round(sorted[Math.min(last, Math.floor(sorted.length * share))] * 100) / 100);
  return { median: at(0.5), p95: at(0.95), least: at(0), most: at(1), n: sorted.length };
}

/** Opens raw data channels between as many pages; how long 200 bytes take to the last of them, for each message, in ms. */
export const rawFanOut = (world, context, pages, messages, until) =>
  pagesFanOut(context, `${world.url}?page=raw`, pages, [{ messages, apart: 0 }], until).then(([times]) => times);

/**
 * Opens as many pages of what is at the address, which all are linked with all; how long 200 bytes take to the last of them, for each
 * message of each series, in ms. In a series each message is sent so long after the one before has reached all.
 */
export async function pagesFanOut(context, address, pages, series, until) {
  const tabs = [];
  for (let n = 0; n < pages; n += 1) {
    const page = await context.newPage();
    await page.goto(address);
    tabs.push(page);
  }
  try {
    await until('the mesh is open', async () =>
      (await Promise.all(tabs.map((page) => page.evaluate(() => window.rival.open)))).every((open) => open === pages - 1),
    );
    const all = [];
    for (const [at, { messages, apart }] of series.entries()) all.push(await pageSeries(tabs, at * 1_000_000, messages, apart, until));
    return all;
  } finally {
    for (const page of tabs) await page.close();
  }
}

async function pageSeries(tabs, first, messages, apart, until) {
  const times = [];
  for (let id = first; id < first + messages; id += 1) {
    if (apart > 0) await pause(apart);
    const sent = await tabs[0].evaluate((id) => window.rival.send(id), id);
    const arrivedAt = (page) => page.evaluate((id) => window.rival.received.find((one) => one.id === id)?.at ?? null, id);
    const arrived = await until('all received it', async () => {
      const all = await Promise.all(tabs.slice(1).map(arrivedAt));
      return all.every(Boolean) && all;
    });
    times.push(Math.max(...arrived) - sent);
  }
  return times;
}

/**
 * From the moment the sender's post is committed to the moment the last other tab has admitted it, for each, in ms. Each is sent so
 * long after the one before has reached all.
 */
export async function fanOut(tabs, messages, until, apart = 0) {
  await Promise.all(
    tabs.map((tab) =>
      tab.page.evaluate(() => {
        window.admittedByTest = new Map();
        window.paceline.on('event', ({ cid }) =>
          window.admittedByTest.set(cid, performance.timeOrigin + performance.now()),
        );
      }),
    ),
  );
  const times = [];
  const text = 'x'.repeat(100);
  for (let n = 0; n < messages; n += 1) {
    if (apart > 0) await pause(apart);
    // The sender's own `event` is the commit: an own event is admitted only once it is stored.
    const { cid, sent } = await tabs[0].page.evaluate(async (text) => {
      const cid = await window.paceline.post({ text });
      return { cid, sent: window.admittedByTest.get(cid) ?? performance.timeOrigin + performance.now() };
    }, text);
    const arrived = await until('all admitted it', async () => {
      const all = await Promise.all(
        tabs.slice(1).map((tab) => tab.page.evaluate((cid) => window.admittedByTest.get(cid) ?? null, cid)),
      );
      return all.every(Boolean) && all;
    });
    times.push(Math.max(...arrived) - sent);
  }
  return times;
}
