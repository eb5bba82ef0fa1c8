// The real `paceline-host`, as a process of its own, with the built page under a sub-path.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { BASE } from './server.js';
import { dist, host } from './tools.js';

/** No STUN: nothing outside this machine is ever asked. Relays the host adds by itself. */
const CONFIG = { stun: [] };

/**
 * Starts the host, on a port that the system chooses if none is given, for this world; flags, or first an object with
 * what `paceline.json` says, and `files`, texts beside the page by their path. `url` is the page's, `relay` the relay's; `stop` asks it to stop as the system does and
 * resolves with its exit code; `printed` is what it printed.
 */
export async function startHost(world, ...given) {
  const { config = CONFIG, files = {} } = given.find((one) => typeof one === 'object') ?? {};
  const flags = given.filter((one) => typeof one === 'string');
  const port = flags.includes('--port') ? [] : ['--port', '0'];
  const dir = await mkdtemp(path.join(os.tmpdir(), 'paceline-host-'));
  const page = path.join(dir, BASE);
  await mkdir(page, { recursive: true });
  // What was compressed beforehand is sent only if it is as new as what it was made from.
  await cp(dist, page, { recursive: true, preserveTimestamps: true });
  await writeFile(path.join(page, 'paceline.json'), JSON.stringify(config));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(page, name)), { recursive: true });
    await writeFile(path.join(page, name), text);
  }
  // What a folder must have to be served.
  await writeFile(path.join(dir, 'index.html'), '<!doctype html><title>Elsewhere</title>');
  const child = spawn(host, ['--dir', dir, ...port, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    return ended;
  };
  world.cleanups.push(async () => {
    await stop();
    await rm(dir, { recursive: true, force: true });
  });
  const printed = [];
  const origin = await new Promise((resolve, reject) => {
    ended.then((code) => reject(new Error(`paceline-host ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      printed.push(line);
      const link = /^Paceline is at (https?:\/\/\S+)\/$/.exec(line);
      if (link) resolve(link[1]);
    });
  });
  world.allow(origin);
  const relay = `${origin.replace(/^http/, 'ws')}/relay`;
  return { origin, url: origin + BASE, relay, stop, printed, process: child };
}

/** A port of this machine at which nobody listens yet. */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
