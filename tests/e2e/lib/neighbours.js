// Browsers in homes behind routers of their own, with the page, the host's relay, STUN and TURN in the internet between them.
import path from 'node:path';
import { INTERNET, Networks } from './netns.js';
import { dist, here, host } from './tools.js';

const PAGE_PORT = 8_090;
const RELAY_PORT = 8_091;

/**
 * A browser in each home, by its router's NAT (null: right in the internet), opened with these options. `choose` picks what the page
 * is told of.
 */
export async function neighbours(world, nats, choose, options = []) {
  const networks = new Networks();
  world.cleanups.push(async () => networks.close());
  const servers = await networks.turn();
  const relay = `${INTERNET}:${RELAY_PORT}`;
  await networks.start('inet', host, ['--dir', dist, '--listen', relay], /./);
  const config = { relays: [], stun: [], ...choose({ ...servers, relays: [`ws://${relay}/relay`] }) };
  const serve = [path.join(here, 'lib', 'serve-here.js'), INTERNET, JSON.stringify(config), String(PAGE_PORT)];
  world.url = await networks.start('inet', process.execPath, serve, /^http/);
  world.server.origin = new URL(world.url).origin;
  world.allow(`http://${relay}`);
  const browsers = [];
  for (const [index, nat] of nats.entries()) {
    const home = nat ? networks.home(index + 1, nat) : networks.server(index + 1);
    const flags = [`--unsafely-treat-insecure-origin-as-secure=${world.server.origin}`];
    const context = await world.browser({ executable: networks.browserIn(home), flags, ...options[index] });
    browsers.push({ context, home });
  }
  return { networks, browsers };
}
