// A hostile page: same origin, same path, and whatever link it is given. Driven by hostile.test.js, and in a soak by hostile-tabs.test.js.
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

const times = (many, act) => Array.from({ length: many }, act).reduce((sum, sent) => sum + sent, 0);

/** Ways to do harm for long: what is done at a time, more than others bear; and how many messages that were. */
const HARMS = {
  forgery: () => times(40, () => window.hostile.push('bad-signature')),
  'false answers': () => window.hostile.claim('not-canonical'),
  'beacon flood': () => window.hostile.beacons(150),
  crowd: ({ baton, seen, depth }) => window.hostile.crowd(5, baton, seen, depth),
  replays: () => {
    const { channel, heard } = window.tapped;
    const again = heard.slice(-100);
    for (const envelope of again) channel.postMessage(envelope);
    return again.length;
  },
};

/** How often it is done, in milliseconds. */
const TURN = 500;

/**
 * Does harm of one kind until the page is closed, to the nodes that are named; `scene` is what it has seen of the room. Whoever is dropped
 * by all comes back under a new key. What it did is counted: `sent` messages, and how often it came `back`.
 */
window.harm = (kind, link, nodes, scene) => {
  const done = { sent: 0, back: 0 };
  const begin = () => {
    window.start(link, false);
    window.hostile.aim(nodes);
  };
  // It knows the name of the channel, and only listens and repeats there.
  const beside = kind === 'replays';
  let met = false;
  begin();
  if (beside) {
    const { channel } = window.hostile;
    window.hostile.stop();
    window.tap(channel);
  }
  setInterval(() => {
    if (beside || window.hostile.reached > 0) {
      met = true;
      done.sent += HARMS[kind](scene);
      return;
    }
    if (!met) return;
    met = false;
    done.back += 1;
    window.hostile.stop();
    begin();
  }, TURN);
  window.done = done;
};
window.ready = true;
