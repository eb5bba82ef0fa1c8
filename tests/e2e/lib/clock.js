// A page whose clock is wrong, and one in which time passes sooner.

/** All pages that are opened from now on are that many milliseconds ahead (less than nothing: late). */
export const setClock = (context, ahead) =>
  context.addInitScript((ahead) => {
    window.RealDate ??= Date;
    const { RealDate } = window;
    window.Date = class extends RealDate {
      constructor(...given) {
        super(...(given.length > 0 ? given : [RealDate.now() + ahead]));
      }
      static now() {
        return RealDate.now() + ahead;
      }
    };
  }, ahead);

/** In all pages that are opened from now on time can be let pass: of the clock that nobody sets, by which countdowns end. */
export const timeCanPass = (context) =>
  context.addInitScript(() => {
    const now = performance.now.bind(performance);
    window.passed = 0;
    performance.now = () => now() + window.passed;
  });

/** Lets so many milliseconds pass at once. */
export const pass = (tab, millis) =>
  tab.page.evaluate((millis) => {
    window.passed += millis;
  }, millis);
