// The parts of a release: files that come when they are opened, or before. A quick build has none.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { dist } from './tools.js';

/** The address of a part. */
export const PART = /\/parts-[0-9a-f]+\/\w+-[0-9a-f]+\.wasm$/;

const built = await readdir(dist);
/** The folder of all parts, by the name of its build. */
export const folder = built.find((it) => it.startsWith('parts-'));
/** Whether it is a release that was built: it says what it holds. */
export const isRelease = built.includes('SHA256SUMS');
/** The files of all parts. */
export const files = folder ? (await readdir(path.join(dist, folder))).filter((it) => it.endsWith('.wasm')) : [];

/** All parts have come, as they do before they are opened: from then on opening one takes no network. */
export const allHere = (tab) =>
  tab.until('all parts are here', async () => {
    const ended = () => performance.getEntriesByType('resource').filter((it) => it.responseEnd > 0).map((it) => it.name);
    return (await tab.page.evaluate(ended)).filter((it) => PART.test(it)).length >= files.length;
  });
