// Choosing who leads by consent, by hand: somebody is named and why, minds change after hearing, one objects, all are asked, and who was chosen
// takes it; and what a decision gave goes back to who had it, once that is not decided any more.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { crew, tap } from './lib/crew.js';
import { PATIENCE, converged } from './lib/tab.js';
import { scenario } from './lib/world.js';

const click = (it) => it.click();
const baton = (tab, title) => tab.at('baton').filter({ hasText: title });
const seen = (all) => all.locator('visible=true').first();
const nominee = (tab, node) => tab.at('nominee', { 'data-node': node });

/** On a phone what is beneath a baton is behind a press. */
async function open(tab, title) {
  const shows = baton(tab, title).locator('.baton-shows');
  if ((await shows.isVisible()) && (await shows.getAttribute('aria-expanded')) === 'false') await shows.tap();
}

async function nominate(tab, title, node, why, press = click) {
  await open(tab, title);
  await press(baton(tab, title).getByTestId('nominate'));
  await baton(tab, title).getByTestId('nominate-node').selectOption(node);
  await baton(tab, title).getByTestId('nominate-why').fill(why);
  await press(baton(tab, title).getByTestId('nominate-submit'));
}

const counts = (tab, title, node, count) =>
  tab.until(`${count} name that one`, async () => {
    await open(tab, title);
    const it = nominee(tab, node);
    return (await it.count()) === (count ? 1 : 0) && (!count || (await it.getAttribute('data-count')) === String(count));
  });

scenario('who leads is chosen by consent: named with a reason, changed after hearing, objected to, decided, and taken', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  const [a, b, c] = await Promise.all(tabs.map((tab) => tab.node()));
  const lead = await ada.call('baton.open', { title: 'The release' });
  for (const tab of tabs) await baton(tab, 'The release').waitFor({ timeout: PATIENCE });

  await nominate(ada, 'The release', b, 'Calm when it burns');
  await ada.until('the keyboard is where it was', () => ada.page.evaluate(() => document.activeElement?.dataset.testid === 'nominate'));
  await nominate(cleo, 'The release', a, 'Did it in May', tap);
  await nominate(ben, 'The release', c, 'Knows the new machine');
  for (const tab of tabs) for (const node of [a, b, c]) await counts(tab, 'The release', node, 1);
  assert.equal((await ada.baton(lead)).holder, null, 'naming moves nothing');
  await check(ada, 'nominations');
  await world.picture('nominations', ada);
  await check(cleo, 'nominations, phone');
  await world.picture('nominations phone', cleo);

  // Having heard why, Ada thinks otherwise: what she said first is not hidden.
  await nominate(ada, 'The release', c, 'I did not know about the machine');
  for (const tab of tabs) await counts(tab, 'The release', c, 2);
  for (const tab of tabs) await counts(tab, 'The release', b, 0);
  const changed = nominee(ben, c).getByTestId('nomination').and(ben.at('nomination', { 'data-changed': 'true' }));
  assert.match(await changed.textContent(), /Ada.*machine.*First: You/u);

  await nominee(ada, c).getByTestId('nominee-ask').click();
  const title = 'Cleo leads “The release”';
  const proposal = (tab) => tab.at('proposal').filter({ hasText: title });
  for (const tab of tabs) await proposal(tab).first().waitFor({ state: 'attached', timeout: PATIENCE });
  await nominee(ben, c).getByTestId('nominee-asked').waitFor({ timeout: PATIENCE });
  assert.match(await seen(proposal(ben)).textContent(), /Ben: “Knows the new machine”/u, 'the reasons are what is proposed');

  await seen(proposal(ben).getByTestId('ballot-object')).click();
  await seen(proposal(ben).getByTestId('ballot-reason')).fill('Not while she is on call');
  await seen(proposal(ben).getByTestId('ballot-submit')).click();
  await ada.at('proposal-stands').filter({ hasText: 'Not decided: Ben objects.' }).first().waitFor({ timeout: PATIENCE });
  await ada.call('post', { text: 'I take the calls this week' });
  await cleo.view('tab-talk', tap);
  await seen(proposal(cleo).getByTestId('ballot-consent')).tap();
  // Heard: Ben has no objection any more, and since all have answered nobody closes it.
  await seen(proposal(ben).getByTestId('ballot-consent')).click();
  for (const tab of tabs) {
    await tab.until('it is decided', async () => (await tab.state()).proposals.some((it) => it.title === title && it.state === 'carried'));
  }
  assert.equal((await ada.baton(lead)).holder, null, 'a decision moves nothing by itself');
  await open(ada, 'The release');
  await ada.at('mandate').filter({ hasText: 'The room chose Cleo' }).waitFor({ timeout: PATIENCE });

  await cleo.at('for-you').tap();
  await cleo.at('wait', { 'data-kind': 'mandate' }).tap();
  const take = baton(cleo, 'The release').getByTestId('mandate-accept');
  await take.waitFor({ timeout: PATIENCE });
  await world.picture('a mandate phone', cleo);
  await take.tap();
  for (const tab of tabs) {
    await tab.until('Cleo leads', async () => (await tab.baton(lead)).holder === c);
  }
  const { terms } = await ben.baton(lead);
  assert.deepEqual(terms.map((it) => [it.holder, it.by]), [[c, 'decision']]);
  for (const tab of tabs) await counts(tab, 'The release', c, 0);
  assert.equal(await cleo.at('mandate').count(), 0, 'it is done');
  await world.picture('a lead by decision', ben);
});

scenario('who lost the lead by a decision has it back once that is not decided any more', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  const [a, b] = await Promise.all(tabs.map((tab) => tab.node()));
  const lead = await ada.call('baton.open', { title: 'The keys' });
  await ada.call('baton.take', lead);
  await converged(tabs);
  const effect = { handBaton: { baton: lead, to: b } };
  const cid = await ben.call('decision.propose', { title: 'Ben has the keys', text: 'Ada is away', effect });
  await converged(tabs);
  await cleo.call('offline');
  await cleo.call('decision.ballot', cid, { stance: 'object', reason: 'She is back on Monday' });
  for (const tab of [ada, ben]) await tab.call('decision.ballot', cid, { stance: 'consent' });
  // What Ben answered is on its way, and so is that Cleo went.
  await ada.at('decision-close').first().waitFor({ timeout: PATIENCE });
  await ada.call('decision.close', cid);
  await baton(ben, 'The keys').getByTestId('mandate-accept').click();
  await ada.until('Ben leads', async () => (await ada.baton(lead)).holder === b);
  assert.equal(await baton(ada, 'The keys').getByTestId('baton-reclaim').count(), 0, 'it is decided');

  await cleo.call('online');
  for (const tab of tabs) {
    await tab.until('it is suspended', async () => (await tab.state()).proposals.find((it) => it.cid === cid)?.state === 'suspended');
  }
  const back = baton(ada, 'The keys').getByTestId('baton-reclaim');
  await back.waitFor({ timeout: PATIENCE });
  await ada.at('mandate').filter({ hasText: 'not decided any more' }).waitFor({ timeout: PATIENCE });
  await check(ada, 'a mandate that does not stand');
  await world.picture('a mandate that does not stand', ada);
  await back.click();
  for (const tab of tabs) {
    await tab.until('Ada leads', async () => (await tab.baton(lead)).holder === a);
  }
});
