// Brings the parts of the page that are opened later (`src/parts.rs`). `cargo xtask dist` puts it into the page's module: there stand
// what the page exports (`wasm`), and before this what the parts are: each file with its hash and the lengths of the pieces in it, and
// the files that a part is made of.
const brought = new Map();
const missed = new Set();

/** Fetches a file of this build and of no other, and puts it beside the page. Past the browser's cache if it did not come before. */
async function fetched(file) {
  const [address, integrity, lengths] = FILES[file];
  const cache = missed.has(file) ? 'reload' : 'default';
  missed.add(file);
  const response = await fetch(new URL(address, import.meta.url), { integrity, cache });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const body = await response.arrayBuffer();
  let end = 0;
  const pieces = lengths.map((length) => body.slice(end, (end += length)));
  await Promise.all(pieces.map((piece) => WebAssembly.instantiate(piece, { __wasm_split: wasm })));
}

/** What came stays; what did not is forgotten, so that it can be asked for again. */
function bring(file) {
  if (!brought.has(file)) {
    const coming = fetched(file);
    coming.catch(() => brought.delete(file));
    brought.set(file, coming);
  }
  return brought.get(file);
}

/** What the page calls to have a part, and is told by whether it came. */
function part(name) {
  return async (told, whom) => {
    const came = await Promise.allSettled(PARTS[name].map(bring));
    wasm.__indirect_function_table.get(told)(whom, came.every((it) => it.status === 'fulfilled'));
  };
}
