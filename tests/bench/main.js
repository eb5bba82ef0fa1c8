// `cargo xtask bench [--runs N] [WORD ...]`: measurements as JSON lines. No speed is asserted: every number stands beside a floor of the
// same run, and with the aim it is for. Words choose among the parts below. BENCHMARKS.md says what each counts.
import os from 'node:os';
import { World } from '../e2e/lib/world.js';
import { eightTabs } from './fan-out.js';
import { inFirefox } from './firefox.js';
import { hidden, idle } from './idle.js';
import { ingest } from './ingest.js';
import { join1000, join10000, join10000Slow, join1000Slow, keys, memory } from './joins.js';
import { print } from './lib/print.js';
import { newcomers } from './newcomers.js';
import { PROFILES } from './profile.js';
import { throughRelay } from './relay.js';
import { firstVisit, reload, secondTab, secondTabCold, secondTabSlow } from './visits.js';

const PARTS = {
  'first-visit': firstVisit,
  'second-tab': secondTab,
  'second-tab-cold': secondTabCold,
  'second-tab-slow': secondTabSlow,
  reload,
  relay: throughRelay,
  'fan-out': eightTabs,
  'join-1000': join1000,
  'join-10000': join10000,
  'join-1000-slow': join1000Slow,
  'join-10000-slow': join10000Slow,
  newcomers,
  ingest,
  keys,
  memory,
  idle,
  hidden,
  firefox: inFirefox,
  ...PROFILES,
};

const chosen = process.argv.slice(2);
/** Profiling slows what it looks at: profiles are no figures, and only taken where a word begins like their names. */
const isChosen = (name) => {
  const isProfile = name in PROFILES;
  if (chosen.length === 0) return !isProfile;
  return chosen.some((word) => (word in PARTS ? name === word : word.startsWith('profile') === isProfile && name.includes(word)));
};
for (const [name, part] of Object.entries(PARTS)) {
  if (!isChosen(name)) continue;
  print({ measure: `load before ${name}`, unit: 'runnable tasks', value: os.loadavg()[0], cores: os.cpus().length });
  const began = performance.now();
  const world = await World.open({ diagnostic: () => {} });
  world.watchesTexts = false;
  try {
    await part(world);
  } finally {
    await world.close();
  }
  // What pages complained of is no figure, and told all the same.
  for (const problem of new Set(world.problems)) {
    print({ problem, during: name, times: world.problems.filter((it) => it === problem).length });
  }
  print({ measure: `${name} took`, unit: 's', value: Math.round((performance.now() - began) / 1_000) });
}
