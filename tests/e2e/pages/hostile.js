// A hostile page: same origin, same path, and whatever link it is given. Driven by hostile.test.js.
import init, { Hostile } from '../hostile/paceline_hostile.js';

await init();
window.start = (link, wrongSecret) => {
  window.hostile = new Hostile(link, location.pathname, wrongSecret);
  return window.hostile.node;
};

/** Listens on a channel of the page, and can say again what it heard. */
window.tap = (name) => {
  const channel = new BroadcastChannel(name);
  const heard = [];
  channel.onmessage = ({ data }) => heard.push(data);
  window.tapped = { channel, heard };
};
window.ready = true;
