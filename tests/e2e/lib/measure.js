// Measuring fan-out: ours, and the raw channels' in the same run. Tabs of one machine share a clock.

/** Median and 95th percentile, in milliseconds, to a hundredth. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] * 100) / 100;
  return { median: at(0.5), p95: at(0.95), n: sorted.length };
}

/** Opens raw data channels between as many pages; how long 200 bytes take to the last of them, for each message, in ms. */
export async function rawFanOut(world, context, pages, messages, until) {
  const tabs = [];
  for (let n = 0; n < pages; n += 1) {
    const page = await context.newPage();
    await page.goto(`${world.url}?page=raw`);
    tabs.push(page);
  }
  await until('the raw mesh is open', async () =>
    (await Promise.all(tabs.map((page) => page.evaluate(() => window.raw.open)))).every((open) => open === pages - 1),
  );
  const times = [];
  for (let id = 0; id < messages; id += 1) {
    const sent = await tabs[0].evaluate((id) => window.raw.send(id), id);
    const arrived = await until('all received it', async () => {
      const all = await Promise.all(
        tabs
          .slice(1)
          .map((page) => page.evaluate((id) => window.raw.received.find((one) => one.id === id)?.at ?? null, id)),
      );
      return all.every(Boolean) && all;
    });
    times.push(Math.max(...arrived) - sent);
  }
  for (const page of tabs) await page.close();
  return times;
}

/** From the moment the sender's post is committed to the moment the last other tab has admitted it, for each, in ms. */
export async function fanOut(tabs, messages, until) {
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
