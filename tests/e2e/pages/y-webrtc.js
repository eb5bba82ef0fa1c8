// What y-webrtc does as its README shows it, with the one signalling server that the address names and without servers besides; so many
// entries are waited for. Pages of one browser it joins over BroadcastChannel, others over WebRTC.
import * as Y from 'yjs';
import { WebrtcProvider } from 'y-webrtc';

const now = () => performance.timeOrigin + performance.now();
const [room, signalling, expected] = location.hash.slice(1).split(',').map(decodeURIComponent);
const received = [];
window.rival = { open: 0, received };
const doc = new Y.Doc();
const entries = doc.getArray('entries');
const said = doc.getArray('said');

window.rival.offer = (count, bytes) => {
  const text = 'x'.repeat(Math.max(1, bytes - 20));
  // One by one, as they are written in a room.
  for (let n = 0; n < count; n += 1) entries.push([{ n, text }]);
};

performance.mark('y-webrtc:asks');
const provider = new WebrtcProvider(room, doc, { signaling: [signalling], peerOpts: { config: { iceServers: [] } } });
const met = () => performance.getEntriesByName('y-webrtc:peer').length > 0 || performance.mark('y-webrtc:peer');
provider.on('peers', ({ webrtcPeers, bcPeers }) => {
  window.rival.open = webrtcPeers.length + bcPeers.length;
  if (bcPeers.length > 0) met();
});
// Of a peer over WebRTC it is told before there is a connection.
provider.on('synced', ({ synced }) => synced && met());
entries.observe(() => {
  window.rival.entries = entries.length;
  if (entries.length === Number(expected)) performance.mark('y-webrtc:all');
});
said.observe(({ transaction, changes }) => {
  if (transaction.local) return;
  for (const { insert } of changes.delta) for (const { id } of insert ?? []) received.push({ id, at: now() });
});

/** Sends 200 bytes to all; returns when it did. */
window.rival.send = (id) => {
  const at = now();
  said.push([{ id, fill: ' '.repeat(180) }]);
  return at;
};
