// What Trystero does as its README shows it, through the one relay that the address names and without servers besides.
import { joinRoom } from '@trystero-p2p/nostr';

const now = () => performance.timeOrigin + performance.now();
const [room, relay] = location.hash.slice(1).split(',').map(decodeURIComponent);
const received = [];
window.rival = { open: 0, received };
const config = {
  appId: 'paceline-comparison',
  password: 'a secret of the link',
  relayConfig: { urls: [relay] },
  rtcConfig: { iceServers: [] },
};
performance.mark('trystero:asks');
const joined = joinRoom(config, room);
const say = joined.makeAction('say');
const log = joined.makeAction('log');

/** Entries for whoever joins, in one go, as its users send what they have. */
let offered = null;
window.rival.offer = (count, bytes) => {
  offered = Array.from({ length: count }, (_, n) => ({ n, text: 'x'.repeat(Math.max(1, bytes - 20)) }));
};

joined.onPeerJoin = (peer) => {
  window.rival.open += 1;
  performance.mark('trystero:peer');
  if (offered) log.send(offered, { target: peer });
};
joined.onPeerLeave = () => {
  window.rival.open -= 1;
};
log.onMessage = (entries) => {
  window.rival.entries = entries.length;
  performance.mark('trystero:all');
};
say.onMessage = ({ id }) => received.push({ id, at: now() });

/** Sends 200 bytes to all; returns when it did. */
window.rival.send = (id) => {
  const at = now();
  say.send({ id, fill: ' '.repeat(180) });
  return at;
};
