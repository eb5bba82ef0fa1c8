// What a page's links carry, as the browser counts it.

/** In a page, before anything of it runs: keeps its connections where they can be asked. */
export function keepConnections() {
  window.connections = [];
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(...given) {
      super(...given);
      window.connections.push(this);
    }
  };
}

/** How many links a page has, and the bytes they carried so far, both ways. */
export const carried = (page) =>
  page.evaluate(async () => {
    let [links, bytes] = [0, 0];
    for (const connection of window.connections.filter((it) => it.connectionState === 'connected')) {
      for (const one of (await connection.getStats()).values()) {
        if (one.type !== 'transport') continue;
        links += 1;
        bytes += one.bytesSent + one.bytesReceived;
      }
    }
    return { links, bytes };
  });
