// What a page takes in a second without a network: a whole room's file taken in, and verified only; beside what the browser's own
// cryptography verifies.
import { RUNS, beside, print } from './lib/print.js';
import { longRoom, runs, takeIn } from './lib/tabs.js';

const ENTRIES = 10_000;
const AIM = { ingest: '>= 10 000 signed entries/s', verify: '>= 40 000 signatures/s' };

/** What a browser verifies a second with nothing on top, one after the other. */
export const verifyBare = (page) =>
  page.evaluate(async () => {
    const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    const message = new Uint8Array(400);
    const signature = await crypto.subtle.sign('Ed25519', pair.privateKey, message);
    const count = 2_000;
    const start = performance.now();
    for (let n = 0; n < count; n += 1) await crypto.subtle.verify('Ed25519', pair.publicKey, signature, message);
    return count / ((performance.now() - start) / 1_000);
  });

/** The file from beside the page, given to the view that says whether every signature in it holds; until it says so. */
export const verifyFile = (page, file) =>
  page.evaluate(async (file) => {
    const bytes = await (await fetch(file)).arrayBuffer();
    document.querySelector('[data-testid="tab-more"]')?.click();
    const shown = async (handle) => {
      for (;;) {
        const found = document.querySelector(`[data-testid="${handle}"]`);
        if (found) return found;
        await new Promise((done) => setTimeout(done, 1));
      }
    };
    (await shown('view-verify')).click();
    const input = await shown('verify-file');
    const given = new DataTransfer();
    given.items.add(new File([bytes], 'room.car'));
    input.files = given.files;
    const start = performance.now();
    input.dispatchEvent(new Event('change', { bubbles: true }));
    for (;;) {
      const result = document.querySelector('[data-testid="verify-result"]');
      const { state } = result?.dataset ?? {};
      if (state === 'good' || state === 'refused') return { state, text: result.textContent, ms: performance.now() - start };
      await new Promise((done) => setTimeout(done, 1));
    }
  }, file);

/** Takes in the room's file in this page, which holds nothing of it, and verifies it: events a second of both. */
export async function measured(page, events) {
  const { report, ms } = await takeIn(page);
  if (report.admitted < events) throw new Error(`took in ${JSON.stringify(report)} of ${events} events`);
  const { signatures } = await page.evaluate(() => window.paceline.status());
  const bare = await verifyBare(page);
  const verified = await verifyFile(page, 'beside/room.car');
  if (verified.state !== 'good') throw new Error(`the room's file is ${verified.state}: ${verified.text}`);
  const checked = ((signatures.together + signatures.alone) / signatures.ms) * 1_000;
  return { taken: (report.admitted / ms) * 1_000, checked, verified: (events / verified.ms) * 1_000, bare };
}

/** Prints what was measured in some runs. */
export function told(where, all) {
  const of = (name) => all.map((it) => it[name]);
  beside(`${where}: a file of ${ENTRIES} entries taken in`, 'entries/s', AIM.ingest, of('taken'), { floor: of('bare') });
  const alone = `${where}: signatures verified meanwhile, hashing included`;
  beside(alone, 'signatures/s', AIM.verify, of('checked'), { floor: of('bare') });
  beside(`${where}: the same file in Verify, decoding included`, 'entries/s', AIM.verify, of('verified'), { floor: of('bare') });
}

export async function ingest(world) {
  const { link, events, ada } = await longRoom(world, ENTRIES);
  await ada.close();
  const all = [];
  await runs(async () => {
    const context = await world.browser();
    const tab = await world.tab(context, 'importer', link);
    all.push(await measured(tab.page, events));
    await context.browser().close();
  }, RUNS);
  told('Chromium', all);
  print({ measure: 'the floor is WebCrypto, one signature after the other', unit: 'bytes a message', value: 400 });
}
