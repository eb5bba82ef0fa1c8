// A browser with no network interface but loopback: WebRTC gathers no candidates, and tabs of one browser still meet.
//
// The whole test runs again inside a network namespace of its own, since the server must be in there too.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const INSIDE = 'PACELINE_LOOPBACK_ONLY';
const start = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
const ways = [
  ['unshare', '-n'],
  ['unshare', '-r', '-n'],
];

if (process.env[INSIDE]) {
  scenario('posts on both sides while offline converge without any network interface', async (world) => {
    const { tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
    const [ada, ben] = tabs;
    // Without a network a browser never finishes gathering, so this is only looked at in the end.
    await ada.page.evaluate(async () => {
      window.probe = { connection: new RTCPeerConnection(), candidates: [] };
      const { connection, candidates } = window.probe;
      connection.createDataChannel('probe');
      connection.onicecandidate = ({ candidate }) => candidate?.candidate && candidates.push(candidate.candidate);
      await connection.setLocalDescription();
    });
    for (const tab of tabs) {
      const { peers } = await tab.status();
      assert.deepEqual([...new Set(peers.filter((peer) => peer.direct).map((peer) => peer.path))], ['broadcast']);
    }
    await ada.call('offline');
    await ada.post('Ada alone');
    await ben.post('the others');
    await ada.call('online');
    await Promise.all(tabs.map((tab) => tab.linked(2)));
    const { posts } = await converged(tabs);
    assert.equal(posts.length, 2);
    assert.deepEqual(await ada.page.evaluate(() => window.probe.candidates), [], 'there really was no network');
  });
} else {
  const way = ways.find(([program, ...args]) => spawnSync(program, [...args, ...start, 'true']).status === 0);
  test(
    'with no network interface but loopback, tabs of one browser still share a room',
    { skip: way ? false : 'needs Linux network namespaces' },
    () => {
      const [program, ...args] = way;
      const env = { ...process.env, [INSIDE]: '1' };
      delete env.NODE_TEST_CONTEXT; // the child is a test run of its own
      const run = spawnSync(
        program,
        [...args, ...start, process.execPath, '--test', '--test-reporter=spec', fileURLToPath(import.meta.url)],
        { env, encoding: 'utf8' },
      );
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.match(run.stdout, /pass 1\n/);
    },
  );
}
