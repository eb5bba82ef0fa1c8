// What others wrote, from wherever `cargo xtask` put it. Modules that are only there for `import` are not found from here by their
// name: their own `package.json` says where they begin.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(process.env.PACELINE_INTEROP ?? here, 'node_modules');

/** A module as `import name` would load it; `name` may go on with what it exports besides. */
export async function load(name) {
  const parts = name.split('/');
  const own = parts.splice(0, name.startsWith('@') ? 2 : 1).join('/');
  const { exports } = JSON.parse(readFileSync(path.join(modules, own, 'package.json'), 'utf8'));
  let found = exports[['.', ...parts].join('/')];
  while (typeof found === 'object') found = found.import ?? found.default;
  return import(pathToFileURL(path.join(modules, own, found)));
}
