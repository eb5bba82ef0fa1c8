// What the processes of a browser cost: memory as the system counts it, and time on the CPU.
import { readFile } from 'node:fs/promises';

/** A session with a browser of Playwright's. */
const session = (page) => page.context().browser().newBrowserCDPSession();

/** Processes by kind, each with its id and its seconds on the CPU so far. */
export async function processes(line) {
  const { processInfo } = await line.send('SystemInfo.getProcessInfo');
  return processInfo;
}

/** The process in which a page runs: the one whose CPU is busy while the page is. */
export async function processOf(page) {
  const line = await session(page);
  const before = new Map((await processes(line)).map(({ id, cpuTime }) => [id, cpuTime]));
  await page.evaluate(() => {
    for (const end = performance.now() + 300; performance.now() < end; );
  });
  const after = (await processes(line)).filter(({ type }) => type === 'renderer');
  await line.detach();
  const [busiest] = after.map(({ id, cpuTime }) => ({ id, spent: cpuTime - (before.get(id) ?? 0) })).sort((a, b) => b.spent - a.spent);
  return busiest.id;
}

/** Bytes of a process, what it shares counted in part. */
export async function pss(id) {
  const [, kilobytes] = /^Pss:\s+(\d+) kB/m.exec(await readFile(`/proc/${id}/smaps_rollup`, 'utf8'));
  return Number(kilobytes) * 1_024;
}

/** The same of a page's process, once it was left alone for so long and what nothing refers to is gone. */
export async function settled(page, rest) {
  const line = await page.context().newCDPSession(page);
  await page.waitForTimeout(rest);
  await line.send('HeapProfiler.collectGarbage');
  await line.send('HeapProfiler.collectGarbage');
  await line.detach();
  return pss(await processOf(page));
}
