// The page of an earlier build, and what it wrote and stored: tests/fixtures/4dca91b.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { restore } from './database.js';
import { here } from './tools.js';

const FOLDER = path.resolve(here, '../fixtures/4dca91b');
const BLOCK = 512;

const json = async (name) => JSON.parse(await readFile(path.join(FOLDER, name), 'utf8'));

/** What the room of that build looked like: `{ link, twins, state }`. */
export const older = await json('state.json');
/** What it left in a browser: `{ path, rooms, local, session, databases }`. */
export const stored = await json('databases.json');
/** The room as a file. */
export const car = await readFile(path.join(FOLDER, 'room.car'));

/** Unpacks the page of that build into a folder that is gone with the world. */
export async function unpack(world) {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'paceline-older-'));
  world.cleanups.push(() => rm(dir, { recursive: true, force: true }));
  const tar = await promisify(brotliDecompress)(await readFile(path.join(FOLDER, 'page.tar.br')));
  const text = (at, length) => tar.toString('utf8', at, at + length).replace(/\0.*$/s, '');
  for (let at = 0; text(at, 100) !== ''; ) {
    const size = parseInt(text(at + 124, 12), 8);
    const file = path.join(dir, path.basename(text(at, 100)));
    await writeFile(file, tar.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return dir;
}

/**
 * A browser in which that build stored what it did, for the page at `path` (by default the one where it was); with `only`, just the
 * databases whose name holds that. Returns the context.
 */
export async function leftBehind(world, { path: at = stored.path, only = '' } = {}) {
  const context = await world.browser();
  const page = await context.newPage();
  await page.goto(`${world.url}?page=blank`);
  const moved = (name) => name.replace(` ${stored.path} `, ` ${at} `).replace(/^(paceline registry ).*$/, `$1${at}`);
  const databases = stored.databases.filter(({ name }) => name.includes(only));
  await restore(
    page,
    databases.map((one) => ({ ...one, name: moved(one.name) })),
  );
  const local = Object.entries(stored.local).map(([name, value]) => [moved(name), value]);
  await page.evaluate((local) => local.forEach(([name, value]) => localStorage.setItem(name, value)), local);
  await page.close();
  return context;
}

/** What one tab of that browser remembers, put into a tab before the page is opened in it. */
export async function remember(world, page) {
  await page.goto(`${world.url}?page=blank`);
  await page.evaluate((notes) => Object.entries(notes).forEach(([name, value]) => sessionStorage.setItem(name, value)), stored.session);
}
