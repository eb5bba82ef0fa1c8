// CPU profiles of a page's main thread: whose code ran for how long, by itself. V8 looks at the thread again and again, and notes what
// runs; each look counts until the next.

/** Between two looks, in microseconds. */
const EVERY = 200;
/** What V8 tells of that is no function: its own word for it stands in the figures. */
const IS_WORD = /^\((?:program|idle|garbage collector|root)\)$/;
const HARNESS = '(harness)';
const CALLS = '(calls between WebAssembly and JavaScript)';
const BEFORE = '(before the page is there)';

/**
 * Begins to look at a page, through a line to it: a function that sends a command. Where a navigation gives the page another process,
 * the profile begins anew there.
 */
export async function startProfile(send, every = EVERY) {
  await send('Profiler.enable');
  await send('Profiler.setSamplingInterval', { interval: every });
  await send('Profiler.start');
}

/** What was seen since: each function that ran, from when to when, in milliseconds since the page's navigation began. */
export async function stopProfile(send) {
  const { profile } = await send('Profiler.stop');
  await send('Performance.enable');
  const { metrics } = await send('Performance.getMetrics');
  await send('Performance.disable');
  await send('Profiler.disable');
  // Both are told by one clock: the one in seconds, the other in microseconds.
  const origin = metrics.find(({ name }) => name === 'NavigationStart').value * 1_000_000;
  const { nodes, samples, timeDeltas, startTime, endTime } = profile;
  const by = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) by.get(child).parent = node;
  let at = startTime;
  const looks = samples.map((id, n) => {
    at += timeDeltas[n];
    return { node: by.get(id), at };
  });
  // They are not always told in order.
  looks.sort((a, b) => a.at - b.at);
  const time = (at) => (at - origin) / 1_000;
  return looks.map(({ node, at }, n) => ({ node, from: time(at), to: time(looks[n + 1]?.at ?? endTime) }));
}

/** A script's name without its hash. The page's module is what wasm-bindgen made of it. */
function scriptOf(url) {
  const file = new URL(url).pathname.split('/').pop() || 'index.html';
  const name = file.replace(/-[\da-f]{16}(?=\.js$)/, '').replace(/\.js$/, '');
  return name === 'paceline' ? 'glue (paceline.js)' : `${name}.js`;
}

/** The area of one of the profile's nodes. What the browser itself does for a caller is named by what was called. */
function areaOf(node, modules) {
  const { functionName, scriptId, url } = node.callFrame;
  if (IS_WORD.test(functionName)) return functionName;
  if (/^(?:wasm-to-js|js-to-wasm)/.test(functionName)) return CALLS;
  if (url.startsWith('wasm:') || url.endsWith('.wasm')) return modules.area(node.callFrame);
  if (url.startsWith('http')) return scriptOf(url);
  // What neither is the page's nor called by it was put there to measure.
  if (scriptId !== '0') return HARNESS;
  for (let above = node.parent; above; above = above.parent) {
    if (above.callFrame.url) break;
    if (above.callFrame.scriptId !== '0') return HARNESS;
  }
  return `browser: ${functionName || 'without a name'}`;
}

/** Milliseconds of self time by area, between two times of a profile. */
export function areas(profile, modules, from, to) {
  const all = new Map();
  const add = (area, ms) => ms > 0 && all.set(area, (all.get(area) ?? 0) + ms);
  add(BEFORE, Math.min(to, profile[0]?.from ?? to) - from);
  for (const look of profile) {
    const ms = Math.min(to, look.to) - Math.max(from, look.from);
    if (ms <= 0) continue;
    look.node.area ??= areaOf(look.node, modules);
    add(look.node.area, ms);
  }
  return all;
}
