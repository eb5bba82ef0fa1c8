// A plain static server, as dull as any host may be: no headers but type and length, under a sub-path. It also serves
// what only tests use (never in `dist`): pages that answer to a query, so that they share the page's path.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { dist, here, hostile, modules } from './tools.js';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export const BASE = '/people/ada/paceline/';

/** No servers: nothing outside this machine is ever asked. */
const NO_SERVERS = { relays: [], stun: [] };

/**
 * Starts the server; `url` is the page's, `close` stops it. `config` is what `paceline.json` says: an object, a text as it
 * stands, or null for a host without the file; a test may change it at any time. So may it with `clock`, how far its own clock is
 * ahead, in milliseconds, or null for a host that does not say what time it is; with `dist`, the folder of the page; with
 * `files`, texts or bytes beside the page by their path; and with `instead`, which gets a file, the response and its headers as they would
 * be, and says whether it has answered itself.
 */
export async function serve(host = '127.0.0.1', port = 0) {
  const self = { config: NO_SERVERS, clock: 0, dist, files: {}, instead: () => false };
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url, 'http://x');
    response.sendDate = false;
    if (self.clock !== null) response.setHeader('date', new Date(Date.now() + self.clock).toUTCString());
    if (decodeURIComponent(url.pathname) === `${BASE}paceline.json`) {
      if (self.config === null) return void response.writeHead(404).end();
      const text = typeof self.config === 'string' ? self.config : JSON.stringify(self.config);
      response.writeHead(200, { 'content-type': TYPES['.json'] }).end(text);
      return;
    }
    const text = url.pathname.startsWith(BASE) && self.files[url.pathname.slice(BASE.length)];
    const type = TYPES[path.extname(url.pathname)] ?? 'application/octet-stream';
    if (text) return void response.writeHead(200, { 'content-type': type }).end(text);
    const file = locate(url, self.dist);
    const found = file && (await stat(file).catch(() => null));
    if (!found?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const headers = {
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      'content-length': found.size,
    };
    if (self.instead(file, response, headers)) return;
    response.writeHead(200, headers);
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(port, host, resolve));
  const origin = `http://${host}:${server.address().port}`;
  return Object.assign(self, {
    origin,
    url: origin + BASE,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  });
}

function locate(url, dist) {
  const name = decodeURIComponent(url.pathname);
  if (!name.startsWith(BASE) || name.includes('..')) return null;
  const rest = name.slice(BASE.length);
  if (rest.startsWith('test-only/')) return path.join(here, 'pages', rest.slice('test-only/'.length));
  if (rest.startsWith('modules/')) return path.join(modules, rest.slice('modules/'.length));
  if (rest.startsWith('hostile/')) return hostile && path.join(hostile, rest.slice('hostile/'.length));
  if (rest === '' && url.searchParams.has('page'))
    return path.join(here, 'pages', `${url.searchParams.get('page')}.html`);
  return path.join(dist, rest === '' ? 'index.html' : rest);
}
