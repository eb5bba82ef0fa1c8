// Whose each function of the page's WebAssembly is. What is served has no names: V8 calls a function `wasm-function[N]`. A copy of the very
// same module that has them is left by the build (`xtask/src/weight.rs`), which takes nothing off it but the names: numbers agree. A module
// of another build has other numbers, so its names are used only if all other bytes are the same.
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

const MAGIC = Buffer.from('\0asm\x01\0\0\0', 'latin1');
const [CUSTOM, IMPORTS, CODE] = [0, 2, 10];
/** Within what is called "name": the names of functions. */
const OF_FUNCTIONS = 1;
/** As in `xtask/src/weight.rs`: areas of ours are modules, and maps are maps whatever they hold. */
const OURS = 'paceline';
const STANDARD = ['core', 'alloc', 'std'];
const MAPS = 'alloc::collections';
const NAMELESS = '(no name)';
/** What is no path is an area by itself, and some such names are long. */
const LONGEST = 60;

/** Reads what a module is made of, one after the other. */
class Reader {
  constructor(bytes, at = 0) {
    Object.assign(this, { bytes, at });
  }

  byte() {
    this.at += 1;
    return this.bytes[this.at - 1];
  }

  /** A number as WebAssembly writes it (LEB128). */
  number() {
    let number = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      number += (byte & 0x7f) * scale;
      if (byte < 0x80) return number;
    }
  }

  text() {
    const length = this.number();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  skip(length) {
    this.at += length;
    return this;
  }
}

/** The modules of a file: a part's file may be made of several, one after the other. No section can begin as a module does. */
function* modulesIn(bytes) {
  const isModule = (at) => bytes.subarray(at, at + MAGIC.length).equals(MAGIC);
  let start = 0;
  while (start < bytes.length) {
    if (!isModule(start)) throw new Error(`no module at byte ${start}`);
    const sections = [];
    const reader = new Reader(bytes, start + MAGIC.length);
    while (reader.at < bytes.length && !isModule(reader.at)) {
      const id = reader.byte();
      const length = reader.number();
      const name = id === CUSTOM ? new Reader(bytes, reader.at).text() : null;
      sections.push({ id, name, from: reader.at, to: reader.at + length });
      reader.skip(length);
    }
    yield { bytes, start, sections };
    start = reader.at;
  }
}

/** What all of a module but its names is, in short. */
function digest({ bytes, sections }) {
  const hash = createHash('sha256');
  for (const { id, name, from, to } of sections) {
    if (name === 'name') continue;
    hash.update(`${id} ${to - from} `).update(bytes.subarray(from, to));
  }
  return hash.digest('hex');
}

/** The names of a module's functions by their numbers, or null if it has none. */
function names({ bytes, sections }) {
  const section = sections.find(({ name }) => name === 'name');
  if (!section) return null;
  const reader = new Reader(bytes, section.from);
  reader.text();
  while (reader.at < section.to) {
    const id = reader.byte();
    const length = reader.number();
    if (id === OF_FUNCTIONS) {
      const count = reader.number();
      return new Map(Array.from({ length: count }, () => [reader.number(), reader.text()]));
    }
    reader.skip(length);
  }
  return null;
}

/** How many functions a module imports: those have the first numbers. */
function imported({ bytes, sections }) {
  const section = sections.find(({ id }) => id === IMPORTS);
  if (!section) return 0;
  const reader = new Reader(bytes, section.from);
  const limits = () => {
    const flags = reader.byte();
    reader.number();
    if (flags & 1) reader.number();
  };
  const kinds = [() => reader.number(), () => limits(reader.skip(1)), limits, () => reader.skip(2), () => reader.skip(1).number()];
  let functions = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.text();
    reader.text();
    const kind = reader.byte();
    functions += Number(kind === 0);
    kinds[kind]();
  }
  return functions;
}

/** Where in a module each function begins, by its number. */
function begins(module) {
  const section = module.sections.find(({ id }) => id === CODE);
  const all = new Map();
  if (!section) return all;
  const reader = new Reader(module.bytes, section.from);
  const first = imported(module);
  const count = reader.number();
  for (let n = 0; n < count; n += 1) {
    const length = reader.number();
    all.set(first + n, reader.at - module.start);
    reader.skip(length);
  }
  return all;
}

/**
 * The paths in a name as compilers write it (v0: `_RNvNtCs1234_3yew4html4draw` is `yew::html::draw`): after a crate come the steps from
 * it. What refers back to a path before it is left out, and the crate that stands alone at the end is only where it was compiled.
 */
function pathsOfMangled(name) {
  const paths = [];
  const identifier = /(?:s[\dA-Za-z]*_)?(\d+)_?/y;
  const crate = /Cs[\dA-Za-z]*_(?=\d)/g;
  for (let found = crate.exec(name); found; found = crate.exec(name)) {
    const steps = [];
    let at = crate.lastIndex;
    for (;;) {
      identifier.lastIndex = at;
      const length = identifier.exec(name)?.[1];
      if (!length) break;
      at = identifier.lastIndex + Number(length);
      steps.push(name.slice(identifier.lastIndex, at));
    }
    crate.lastIndex = at;
    if (steps.length > 1) paths.push(steps.join('::'));
  }
  return paths;
}

const pathsOfPlain = (name) => {
  const parts = name.replace(/\[[\da-f]{9,}\]/g, '').split(/[^\p{Alphabetic}\p{N}_:]/u);
  return parts.filter((it) => it.includes('::') && !it.startsWith(':'));
};

/** Whose a function is: the crate where what it is about is from, and the module in one of ours; as `area` in `xtask/src/weight.rs`. */
export function area(name) {
  const paths = name.startsWith('_R') ? pathsOfMangled(name) : pathsOfPlain(name);
  const [first] = paths;
  if (!first) return name.slice(0, LONGEST);
  // What drops something, or calls it, is that something's.
  const isGeneric = STANDARD.some((it) => first.startsWith(`${it}::`)) && !first.startsWith(MAPS);
  const whole = (isGeneric && paths.slice(1).find((it) => it.startsWith(OURS))) || first;
  const [owner, module] = whole.split('::');
  const isDeep = owner.startsWith(OURS) || STANDARD.includes(owner);
  // What starts with a capital is no module.
  return isDeep && /^\p{Lowercase}/u.test(module) ? `${owner}::${module}` : owner;
}

async function wasmIn(folder) {
  const all = await readdir(folder, { recursive: true });
  return Promise.all(all.filter((it) => it.endsWith('.wasm')).map(async (it) => [it, await readFile(path.join(folder, it))]));
}

/** A file's name without its hash: `parts-0123/meeting-4567.wasm` is `meeting`, `paceline-0123_bg.wasm` is `main`. */
function partOf(file) {
  const name = path.basename(file, '.wasm').replace(/-[\da-f]{16}(?=_bg$|$)/, '');
  return name === 'paceline_bg' ? 'main' : name;
}

/**
 * The modules of a page, and whose the functions of a profile are. `named` is the folder of the copies that have names, if there is one.
 * Where there is no copy of exactly what is served, all functions of a module are one area, and `problems` says so once one of them ran.
 */
export async function whose(dist, named) {
  const copies = new Map();
  const kept = named ? await wasmIn(named).catch(() => []) : [];
  for (const [, bytes] of kept) for (const module of modulesIn(bytes)) copies.set(digest(module), names(module));
  const modules = [];
  for (const [file, bytes] of await wasmIn(dist)) {
    for (const module of modulesIn(bytes)) {
      const of = names(module) ?? copies.get(digest(module));
      modules.push({ file: path.basename(file), part: partOf(file), names: of, begins: begins(module) });
    }
  }
  /** What came as one file is known by its address; a piece of a part is known by where in it the function begins. */
  const moduleOf = (url, number, at) => {
    const file = url.startsWith('wasm:') ? null : path.posix.basename(url);
    return modules.find((it) => (file === null || it.file === file) && it.begins.get(number) === at);
  };
  const known = new Map();
  const problems = new Set();
  const found = (url, number, at) => {
    const module = moduleOf(url, number, at);
    const part = module?.part ?? 'that is not of this page';
    if (!module?.names) problems.add(`no copy with names of exactly the part ${part}: the build of this very page leaves them`);
    if (!module?.names) return `(part ${part})`;
    const name = module.names.get(number);
    return name ? area(name) : NAMELESS;
  };
  /** V8 tells names by itself if a module has them. */
  const areaOf = ({ functionName, url, columnNumber }) => {
    const number = /^wasm-function\[(\d+)\]$/.exec(functionName)?.[1];
    if (number === undefined) return area(functionName);
    const key = `${url} ${number} ${columnNumber}`;
    if (!known.has(key)) known.set(key, found(url, Number(number), columnNumber));
    return known.get(key);
  };
  return { area: areaOf, problems };
}
