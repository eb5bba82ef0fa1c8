// A disk that takes its time: every write to this page's databases is held open, or told late, and counted.

/**
 * Runs in the page, as an init script or at any time: `window.slowDisk` says how. While `how` is "write", the transaction stays
 * open (nothing of it is stored) for so many milliseconds; while it is "tell", it is stored at once and the page hears of it late.
 * Counts are kept over reloads, in the tab.
 */
export function slowDisk() {
  if (window.slowDisk) return;
  window.slowDisk = { ms: 0, how: null };
  const count = () => sessionStorage.setItem('slow writes', 1 + Number(sessionStorage.getItem('slow writes')));
  const transaction = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, ...more) {
    const made = transaction.call(this, stores, mode, ...more);
    const { ms, how } = window.slowDisk;
    if (mode === 'readwrite' && how) {
      count();
      if (how === 'write' && ms > 0) {
        const store = made.objectStore([].concat(stores)[0]);
        const end = performance.now() + ms;
        const hold = () => {
          if (performance.now() < end) store.get('nothing').onsuccess = hold;
        };
        hold();
      } else if (how === 'tell') {
        made.tellsLate = ms;
      }
    }
    return made;
  };
  const { get, set } = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'oncomplete');
  Object.defineProperty(IDBTransaction.prototype, 'oncomplete', {
    get,
    set(told) {
      const late = told && this.tellsLate > 0 && ((event) => setTimeout(() => told.call(this, event), this.tellsLate));
      set.call(this, late || told);
    },
    configurable: true,
  });
}

/** Every write of this tab takes so long from now on; `how` as above. */
export const slow = (tab, ms, how = 'write') =>
  tab.page.evaluate(
    ([ms, how]) => {
      Object.assign(window.slowDisk, { ms, how });
    },
    [ms, how],
  );

/** How many writes were slow so far in this tab. */
export const slowWrites = (tab) => tab.page.evaluate(() => Number(sessionStorage.getItem('slow writes')));
