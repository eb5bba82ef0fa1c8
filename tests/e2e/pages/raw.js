// The floor: the same browser's data channels with nothing on top, in full mesh, signalled over BroadcastChannel.
const me = crypto.randomUUID();
const signals = new BroadcastChannel('raw-floor');
const links = new Map();
const now = () => performance.timeOrigin + performance.now();
const received = [];
window.raw = { me, open: 0, received };

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
  };
  channel.onmessage = ({ data }) => {
    const { id } = JSON.parse(data);
    received.push({ id, at: now() });
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
