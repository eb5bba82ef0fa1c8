// A page whose clock is wrong.

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
