// Joining across browser processes: through a relay of this machine beside Trystero, and by hand.
import { startHost } from '../e2e/lib/host.js';
import { RUNS, beside, line, print } from './lib/print.js';
import { startRivals } from './lib/rivals.js';
import { alone, mark, noted, runs } from './lib/tabs.js';

/** Somebody whose browser has no service at all joins by two codes, which this script carries at once; when each mark was made. */
async function joinByHand(world, context, eve, link) {
  const tab = await world.tab(context, 'guest by hand', link);
  const reply = await tab.call('byHand.reply', await eve.call('byHand.invite'));
  await eve.call('byHand.accept', reply);
  const [interactive, synced] = [await mark(tab.page, 'paceline:interactive'), await mark(tab.page, 'paceline:in-sync')];
  await tab.close();
  await context.close();
  await alone(eve);
  return { interactive, synced };
}

/**
 * A browser process with an empty profile opens the link of a room in another process; they meet through a relay of this machine, or
 * by hand. Beside it Trystero through the same relay, page and pages alternating.
 */
export async function throughRelay(world) {
  const rivals = await startRivals(world);
  const host = await startHost(world);
  const [own, others] = [await world.browser(), await world.browser()];
  const fresh = async () => world.adopt(await others.browser().newContext());
  const ada = await world.tab(own, 'Ada', host.url);
  const link = await ada.found({ title: 'Apart', purpose: '', form: 'blank' });
  await ada.inRoom();
  // The page on a plain static server, without any relay.
  const eve = await world.tab(own, 'Eve');
  const byHand = await eve.found({ title: 'By hand', purpose: '', form: 'blank' });
  await eve.inRoom();
  const [hands, times, trystero] = [[], {}, noted('trystero')];
  await runs(async (run) => {
    // A room of its own for each run of Trystero's: it does not always notice that somebody has left.
    const waiting = await own.newPage();
    await waiting.goto(rivals.at('trystero', `run-${run}`));
    const context = await fresh();
    const tab = await world.tab(context, `run ${run}`, link);
    for (const name of ['interactive', 'first-peer', 'in-sync']) (times[name] ??= []).push(await mark(tab.page, `paceline:${name}`));
    const { sent, received } = (await tab.status()).rendezvous.find((one) => one.kind === 'nostr');
    if (run === 0) print({ measure: 'relay messages of one join', unit: 'messages', sent, received });
    await tab.close();
    await context.close();
    await alone(ada);
    hands.push(await joinByHand(world, await fresh(), eve, byHand));
    const page = await (await fresh()).newPage();
    await page.goto(rivals.at('trystero', `run-${run}`));
    await trystero.note(page, ['asks', 'peer']);
    await page.context().close();
    await waiting.close();
  }, RUNS);
  trystero.tell('through a relay');
  const theirs = trystero.of('peer');
  // A run that missed has asked and has no peer.
  const since = theirs.map((at, run) => at - trystero.of('asks')[run]);
  const asking = times['in-sync'].map((at, run) => at - times.interactive[run]);
  beside('through a relay, across processes: navigation to in sync', 'ms', 'faster than Trystero', times['in-sync'], { Trystero: theirs });
  line('through a relay: navigation to first peer', 'ms', times['first-peer']);
  beside('through a relay: interactive to in sync, Trystero from joinRoom', 'ms', 'faster than Trystero', asking, { Trystero: since });
  line('by hand, across processes: navigation to in sync', 'ms', hands.map((it) => it.synced));
  line('by hand: interactive to in sync, codes carried at once', 'ms', hands.map((it) => it.synced - it.interactive));
}
