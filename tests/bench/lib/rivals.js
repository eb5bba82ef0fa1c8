// What Paceline is put beside: raw data channels, which are the floor, Trystero and y-webrtc, each as its README shows it and bundled as
// its users bundle it. Each is one page, served beside Paceline's by the same server.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, startHost } from '../../e2e/lib/host.js';
import { here } from '../../e2e/lib/tools.js';

const folder = process.env.PACELINE_BENCH_NODE;
const require = createRequire(path.join(folder ?? here, 'package.json'));
export const NAMES = ['raw', 'trystero', 'y-webrtc'];
/** How each is called in what is printed. */
export const CALLED = { raw: 'floor', trystero: 'Trystero', 'y-webrtc': 'y-webrtc' };

/** Bundles a page, small as for the web. */
async function bundled(name) {
  const { outputFiles } = await require('esbuild').build({
    entryPoints: [path.join(here, 'pages', `${name}.js`)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
    nodePaths: [path.join(folder, 'node_modules')],
  });
  return outputFiles[0].text;
}

const shell = (name) => `<!doctype html>
<meta charset="utf-8">
<title>${name}, for comparison</title>
<link rel="icon" href="data:,">
<script type="module" src="./${name}.js"></script>
`;

/** Their files by path, beside the page. */
export async function files() {
  const all = {};
  for (const name of NAMES) {
    all[`beside/${name}.html`] = shell(name);
    all[`beside/${name}.js`] = await bundled(name);
  }
  return all;
}

/** The signalling server that y-webrtc brings along, as a process of its own; its address. */
async function signalling(world) {
  const port = await freePort();
  const server = path.join(folder, 'node_modules/y-webrtc/bin/server.js');
  const child = spawn(process.execPath, [server], { env: { ...process.env, PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  world.cleanups.push(async () => {
    child.kill();
    await ended;
  });
  await new Promise((resolve, reject) => {
    ended.then((code) => reject(new Error(`y-webrtc's signalling server ended with ${code}`)));
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  world.allow(`http://127.0.0.1:${port}`);
  return `ws://127.0.0.1:${port}`;
}

/**
 * Starts what they need: `host` serves Paceline and them alike, compressed, and is Trystero's relay; `at(name, room, more)` is the
 * address of a page of the plain server, `hosted` of the host's. Raw channels and y-webrtc meet through `signals` where pages are not
 * of one browser.
 */
export async function startRivals(world) {
  const pages = await files();
  world.server.files = { ...world.server.files, ...pages };
  const [host, signals] = [await startHost(world, { files: pages }), await signalling(world)];
  const said = { raw: () => [], trystero: (room) => [room, host.relay], 'y-webrtc': (room) => [room, signals] };
  const address = (base, name, parts) => `${base}beside/${name}.html#${parts.map(encodeURIComponent).join()}`;
  return {
    host,
    at: (name, room, more = []) => address(world.url, name, [...said[name](room), ...more]),
    hosted: (name, room) => address(host.url, name, name === 'raw' ? [signals, room] : said[name](room)),
  };
}
