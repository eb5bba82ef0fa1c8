// Figures as JSON lines, each beside what it is measured against in the same run.
import { spread } from '../../e2e/lib/measure.js';

export const RUNS = Number(process.env.PACELINE_RUNS ?? 7);
/** What needs a minute a run is done so often. */
export const FEW = Math.min(RUNS, 3);

export const print = (line) => console.log(JSON.stringify(line));
const ratio = (ours, floor) => (ours === null || !floor ? null : Math.round((ours / floor) * 100) / 100);

/** Prints a figure. */
export const line = (measure, unit, values, more = {}) => print({ measure, unit, ...more, ...spread(values) });

/**
 * Prints figures, those of each rival under its name, and what each is as a multiple of the floor, which is one of them (the name is
 * `floor`) or there is none.
 */
export function beside(measure, unit, aim, ours, rivals) {
  line(measure, unit, ours, { aim });
  const floor = rivals.floor && spread(rivals.floor);
  const over = (name, values) => {
    if (!floor) return;
    const { median, p95 } = spread(values);
    print({ measure: `${measure}${name}, over floor`, unit: 'ratio', median: ratio(median, floor.median), p95: ratio(p95, floor.p95) });
  };
  for (const [name, values] of Object.entries(rivals)) line(`${measure}, ${name}`, unit, values);
  over('', ours);
  for (const [name, values] of Object.entries(rivals)) if (name !== 'floor') over(`, ${name}`, values);
}

/** Something that must not be: it is printed, and the bench ends with an error once everything else was measured. */
export function fault(text) {
  process.exitCode = 1;
  print({ fault: text });
}
