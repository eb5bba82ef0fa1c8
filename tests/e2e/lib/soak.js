// How thorough a sweep is: in every run of the tests, or in `cargo xtask soak`, which takes its time.
export const soaking = process.env.PACELINE_SOAK === '1';

/** The first in every run, the second in a soak. */
export const every = (run, soak) => (soaking ? soak : run);
