// Networks of one's own: an "internet" and homes behind routers, as Linux network namespaces. Needs root, `ip` and
// `nft`; names carry the process id, and everything is taken down again whatever happens.
//
//   home 10.71.N.2  --  10.71.N.1  router N  198.18.0.1N  --  198.18.0.1  internet (page, relay, STUN, TURN)
//
// 198.18.0.0/15 is set apart for such tests (RFC 2544).
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { executablePath } from './tools.js';

export const INTERNET = '198.18.0.1';

function run(program, ...args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

/** Why there can be no networks here; null if there can be. */
export function unavailable() {
  if (process.platform !== 'linux') return 'needs Linux network namespaces';
  for (const [program, ...args] of [
    ['ip', '-V'],
    ['nft', '-v'],
  ]) {
    if (spawnSync(program, args).error) return `needs ${program}`;
  }
  const probe = `pl${process.pid}probe`;
  try {
    run('ip', 'netns', 'add', probe);
    run('ip', 'netns', 'exec', probe, 'nft', 'add', 'table', 'ip', 'probe');
    return null;
  } catch {
    return 'needs to be root, in a machine that lets it make networks';
  } finally {
    spawnSync('ip', ['netns', 'delete', probe]);
  }
}

/** Whether coturn is here. */
export const hasTurn = () => !spawnSync('turnserver', ['--version']).error;

/** How a router writes its address in the place of a home's. */
export const NAT = {
  /** The same port to whomever: what STUN sees is what others reach. */
  plain: 'masquerade',
  /** Another port for each destination: what STUN sees is of no use to others. */
  symmetric: 'masquerade random,fully-random',
};

export class Networks {
  #prefix = `pl${process.pid}`;
  #namespaces = [];
  #daemons = [];
  #dir = mkdtempSync(path.join(os.tmpdir(), 'paceline-net-'));
  #onExit = () => this.#takeDown();

  constructor() {
    // A test runner that is told to stop must not leave networks behind.
    process.on('exit', this.#onExit);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
    try {
      this.internet = this.#add('inet');
      this.ip('inet', 'link', 'add', 'br0', 'type', 'bridge');
      this.ip('inet', 'addr', 'add', `${INTERNET}/24`, 'dev', 'br0');
      this.ip('inet', 'link', 'set', 'dev', 'br0', 'up');
    } catch (error) {
      this.#takeDown();
      throw error;
    }
  }

  #name(name) {
    return `${this.#prefix}${name}`;
  }

  #add(name) {
    run('ip', 'netns', 'add', this.#name(name));
    this.#namespaces.push(this.#name(name));
    this.ip(name, 'link', 'set', 'dev', 'lo', 'up');
    return name;
  }

  /** Runs `ip` in a namespace. */
  ip(name, ...args) {
    run('ip', '-n', this.#name(name), ...args);
  }

  nft(name, ...words) {
    run('ip', 'netns', 'exec', this.#name(name), 'nft', ...words);
  }

  /** A pair of interfaces between two namespaces. */
  #wire(one, inOne, two, inTwo) {
    run('ip', '-n', this.#name(one), 'link', 'add', inOne, 'type', 'veth', 'peer', 'name', inTwo, 'netns', this.#name(two));
    this.ip(one, 'link', 'set', 'dev', inOne, 'up');
    this.ip(two, 'link', 'set', 'dev', inTwo, 'up');
  }

  /** A home behind a router of its own; `nat` is one of NAT. Returns the name of its namespace. */
  home(number, nat) {
    const [router, home] = [this.#add(`r${number}`), this.#add(`h${number}`)];
    this.#uplink(router, `198.18.0.1${number}`);
    this.#wire(router, 'lan', home, 'eth0');
    this.ip(router, 'addr', 'add', `10.71.${number}.1/24`, 'dev', 'lan');
    this.address(home, `10.71.${number}.2`, `10.71.${number}.1`);
    run('ip', 'netns', 'exec', this.#name(router), 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
    this.nft(router, 'add table ip nat');
    this.nft(router, 'add chain ip nat out { type nat hook postrouting priority 100 ; }');
    this.nft(router, `add rule ip nat out oifname "wan" ${nat}`);
    // What nobody in the home asked for stays outside, as routers have it.
    this.nft(router, 'add table ip filter');
    this.nft(router, 'add chain ip filter forward { type filter hook forward priority 0 ; }');
    this.nft(router, 'add rule ip filter forward iifname "wan" ct state new drop');
    // ... and gets no answer: an error would go back, and the router would take note of the packet and then choose
    // another port for the home's own.
    this.nft(router, 'add chain ip filter input { type filter hook input priority 0 ; }');
    this.nft(router, 'add rule ip filter input iifname "wan" ct state new drop');
    this.nft(router, 'add chain ip filter cut { type filter hook forward priority -10 ; }');
    return home;
  }

  /** A machine right in the internet. */
  server(number) {
    const name = this.#add(`s${number}`);
    this.#uplink(name, `198.18.0.2${number}`);
    return name;
  }

  #uplink(name, address) {
    this.#wire(name, 'wan', 'inet', `to${name}`);
    this.ip('inet', 'link', 'set', 'dev', `to${name}`, 'master', 'br0');
    this.ip(name, 'addr', 'add', `${address}/24`, 'dev', 'wan');
  }

  /** Gives a home this address instead of what it had. */
  address(home, address, router) {
    this.ip(home, 'addr', 'flush', 'dev', 'eth0');
    this.ip(home, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    this.ip(home, 'route', 'replace', 'default', 'via', router);
  }

  /** Nothing passes the router of this home until it heals. */
  cut(home) {
    this.nft(home.replace('h', 'r'), 'add rule ip filter cut drop');
  }

  heal(home) {
    this.nft(home.replace('h', 'r'), 'flush chain ip filter cut');
  }

  /** Starts a program in a namespace and resolves with the first line that matches. */
  start(name, program, args, ready, options = {}) {
    const inside = ['netns', 'exec', this.#name(name), program, ...args];
    const child = spawn('ip', inside, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.#daemons.push(child);
    let printed = '';
    return new Promise((resolve, reject) => {
      const read = (chunk) => {
        printed += chunk;
        const line = printed.split('\n').find((one) => ready.test(one));
        if (line) resolve(line);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${printed}`)));
    });
  }

  /** STUN and TURN in the internet: user `ada`, password `secret`. */
  async turn() {
    const args = ['-n', '--no-cli', '--no-tls', '--no-dtls', '--lt-cred-mech', '--realm=paceline', '--user=ada:secret'];
    const own = [`--listening-ip=${INTERNET}`, `--relay-ip=${INTERNET}`, '--log-file=stdout', '--simple-log'];
    const files = [`--pidfile=${path.join(this.#dir, 'turn.pid')}`, `--userdb=${path.join(this.#dir, 'turn.db')}`];
    await this.start('inet', 'turnserver', [...args, ...own, ...files, '-v'], /listener opened on|listening/i);
    return {
      stun: [`stun:${INTERNET}:3478`],
      turn: [{ urls: [`turn:${INTERNET}:3478`], username: 'ada', credential: 'secret' }],
    };
  }

  /** A Chromium that runs in a namespace: the path to launch. */
  browserIn(name) {
    const file = path.join(this.#dir, `chromium-${name}`);
    writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${this.#name(name)} '${executablePath}' "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  close() {
    process.off('exit', this.#onExit);
    this.#takeDown();
  }

  #takeDown() {
    for (const child of this.#daemons.splice(0)) child.kill('SIGKILL');
    for (const name of this.#namespaces.splice(0).reverse()) spawnSync('ip', ['netns', 'delete', name]);
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
