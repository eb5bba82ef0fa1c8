// What Trystero does as its README shows it, through the one relay that the address names and without servers besides.
import { joinRoom } from '@trystero-p2p/nostr';

const [room, relay] = location.hash.slice(1).split(',');
window.trystero = { peers: 0 };
const config = {
  appId: 'paceline-comparison',
  password: 'a secret of the link',
  relayConfig: { urls: [decodeURIComponent(relay)] },
  rtcConfig: { iceServers: [] },
};
performance.mark('trystero:asks');
const joined = joinRoom(config, room);
joined.onPeerJoin = () => {
  window.trystero.peers += 1;
  performance.mark('trystero:peer');
};
joined.onPeerLeave = () => {
  window.trystero.peers -= 1;
};
