// What a room decides about somebody's messages changes how they are shown, and nothing else: by the form, in every tab, until it is not
// decided any more.
import assert from 'node:assert/strict';
import { check } from './lib/axe.js';
import { crew, tap } from './lib/crew.js';
import { PATIENCE } from './lib/tab.js';
import { scenario } from './lib/world.js';

const seen = (all) => all.locator('visible=true').first();
const state = (tab, cid, expected) =>
  tab.until(`it is ${expected}`, async () => (await tab.state()).proposals.find((it) => it.cid === cid)?.state === expected);

scenario('messages stand behind a notice by a decision, a press away; their author goes on', async (world) => {
  const { ada, ben, cleo, tabs } = await crew(world, 'blank');
  const rude = await cleo.call('post', { text: 'You are all asleep' });
  for (const tab of tabs) await tab.has(rude);

  await ada.view('view-decisions');
  await ada.at('proposal-open').click();
  await ada.at('proposal-title').fill('A break for Cleo');
  await ada.at('proposal-more').locator('summary').click();
  await ada.at('proposal-effect').selectOption('notice');
  await ada.at('proposal-effect-value').selectOption(await cleo.node());
  await ada.at('proposal-submit').click();
  const { cid } = await ada.until('it is proposed', async () => (await ada.state()).proposals.find((it) => it.title === 'A break for Cleo'));
  await state(ben, cid, 'open');
  await seen(ben.at('proposal').filter({ hasText: 'What Cleo writes stands behind a notice' })).waitFor({ timeout: PATIENCE });
  await ben.call('decision.ballot', cid, { stance: 'consent' });
  await cleo.call('decision.ballot', cid, { stance: 'stand-aside' });
  for (const tab of tabs) await state(tab, cid, 'carried');

  const text = (tab) => tab.shownPost(rude).getByTestId('post-text');
  const notice = ben.shownPost(rude).getByTestId('behind-notice');
  await notice.filter({ hasText: 'A break for Cleo' }).waitFor({ timeout: PATIENCE });
  assert.equal(await text(ben).count(), 0);
  await check(ben, 'a notice');
  await world.picture('a notice', ben);
  await ben.shownPost(rude).getByTestId('notice-show').click();
  await text(ben).filter({ hasText: 'asleep' }).waitFor();
  await ben.shownPost(rude).getByTestId('notice-show').click();
  await text(ben).waitFor({ state: 'detached' });

  // Who wrote them sees them, writes on, decides as before; what they write later stands behind it, too.
  await text(cleo).filter({ hasText: 'asleep' }).waitFor();
  const later = await cleo.call('post', { text: 'I had no coffee' });
  await ada.view('tab-talk');
  await ada.shownPost(later).getByTestId('behind-notice').waitFor({ timeout: PATIENCE });

  // It is lifted by another decision, or because somebody who decided thinks otherwise now: here who proposed it takes it back.
  await ada.call('decision.withdraw', cid);
  await text(ben).filter({ hasText: 'asleep' }).waitFor({ timeout: PATIENCE });
  assert.equal(await notice.count(), 0);
  await cleo.view('tab-talk', tap);
  await world.picture('no notice any more phone', cleo);
});
