// The floor: the same browser's data channels with nothing on top, in full mesh, signalled over BroadcastChannel, or over a WebSocket
// that hands on what is published (`address#server,topic`) where pages are not of one browser.
const me = crypto.randomUUID();
const signals = await rendezvous();
const links = new Map();
const now = () => performance.timeOrigin + performance.now();
const received = [];
window.raw = { me, open: 0, received };
window.rival = window.raw;

/** Entries for whoever connects, in messages that a channel takes, and no more at once than serves it well. */
let offered = [];
const entries = [];
const HIGH = 128 * 1024;
const ENTRIES_PER_MESSAGE = 50;

window.raw.offer = (count, bytes) => {
  offered = Array.from({ length: count }, (_, n) => ({ n, text: 'x'.repeat(Math.max(1, bytes - 20)) }));
};

async function rendezvous() {
  const [server, topic] = location.hash.slice(1).split(',').map(decodeURIComponent);
  if (!server) return new BroadcastChannel('raw-floor');
  const socket = new WebSocket(server);
  await new Promise((open) => socket.addEventListener('open', open));
  socket.send(JSON.stringify({ type: 'subscribe', topics: [topic] }));
  const publish = (said) => socket.send(JSON.stringify({ type: 'publish', topic, said }));
  const heard = { postMessage: publish, onmessage: null };
  socket.onmessage = ({ data }) => {
    const { type, said } = JSON.parse(data);
    if (type === 'publish' && said.from !== me) heard.onmessage({ data: said });
  };
  return heard;
}

function pour(channel, from = 0) {
  for (let at = from; at < offered.length; at += ENTRIES_PER_MESSAGE) {
    if (channel.bufferedAmount > HIGH) {
      channel.bufferedAmountLowThreshold = HIGH / 4;
      channel.onbufferedamountlow = () => {
        channel.onbufferedamountlow = null;
        pour(channel, at);
      };
      return;
    }
    const last = at + ENTRIES_PER_MESSAGE >= offered.length;
    channel.send(JSON.stringify({ entries: offered.slice(at, at + ENTRIES_PER_MESSAGE), last }));
  }
}

const send = (to, message) => signals.postMessage({ to, from: me, ...message });

function link(other) {
  const connection = new RTCPeerConnection();
  const channel = connection.createDataChannel('raw', { negotiated: true, id: 0 });
  const one = { connection, channel, candidates: [] };
  links.set(other, one);
  connection.onicecandidate = ({ candidate }) => candidate && send(other, { candidate: candidate.toJSON() });
  channel.onopen = () => {
    window.raw.open += 1;
    performance.mark('raw:open');
    pour(channel);
  };
  channel.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (!message.entries) return received.push({ id: message.id, at: now() });
    entries.push(...message.entries);
    if (message.last) performance.mark('raw:all');
  };
  return one;
}

async function remember(one, description) {
  await one.connection.setRemoteDescription(description);
  for (const candidate of one.candidates.splice(0)) await one.connection.addIceCandidate(candidate);
}

signals.onmessage = async ({ data }) => {
  if (data.to && data.to !== me) return;
  if (data.hello) {
    // The one who was here first dials.
    const { connection } = link(data.from);
    await connection.setLocalDescription();
    send(data.from, { offer: connection.localDescription.toJSON() });
  } else if (data.offer) {
    const one = link(data.from);
    await remember(one, data.offer);
    await one.connection.setLocalDescription();
    send(data.from, { answer: one.connection.localDescription.toJSON() });
  } else if (data.answer) {
    await remember(links.get(data.from), data.answer);
  } else if (data.candidate) {
    const one = links.get(data.from);
    if (one?.connection.remoteDescription) await one.connection.addIceCandidate(data.candidate);
    else one?.candidates.push(data.candidate);
  }
};

/** Sends 200 bytes to all; returns when it did. */
window.raw.send = (id) => {
  const message = JSON.stringify({ id, fill: '' }).padEnd(200, ' ');
  const at = now();
  for (const { channel } of links.values()) channel.send(message);
  return at;
};

send(null, { hello: true });
