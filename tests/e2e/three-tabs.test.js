// Three tabs, one link: what one says, all have.
import assert from 'node:assert/strict';
import { recordsWith } from './lib/database.js';
import { every } from './lib/soak.js';
import { converged, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

scenario('three tabs by link: every post is in all three and reaches 3 of 3', async (world) => {
  const context = await world.browser();
  const ada = await world.tab(context, 'Ada');
  await ada.at('start').waitFor();
  await ada.at('found-title').fill('Stand-up of the bridge crew');
  await ada.at('found-purpose').fill('See what moves and what is stuck');
  await ada.at('found-submit').click();
  await ada.at('room').waitFor();
  const link = ada.page.url();
  assert.match(link, /#\/r\/[A-Za-z0-9_-]{80,}$/, 'the address is the link');
  const ben = await world.tab(context, 'Ben', link);
  const cleo = await world.tab(context, 'Cleo', link);
  const tabs = [ada, ben, cleo];
  await Promise.all(tabs.map((tab) => tab.linked(2)));

  const cids = [];
  for (const tab of tabs) cids.push(await tab.compose(`${tab.name} is here`));
  assert.equal(new Set(cids).size, 3);
  const kinds = (await ada.state()).posts.map((post) => post.kind);
  assert.deepEqual([...new Set(kinds)], ['update'], 'who chooses no kind posts an update');
  for (const tab of tabs) {
    for (const cid of cids) {
      await tab.shownPost(cid).waitFor();
      await tab.until(`${cid} reached all`, async () => {
        const reach = (await tab.local()).reach[cid];
        return reach?.stored === 3 && reach.of === 3;
      });
    }
    assert.equal((await tab.at('room-title').innerText()).trim(), 'Stand-up of the bridge crew');
    await tab.at('connection-state', { 'data-state': 'in-sync' }).waitFor();
    await until(
      `${tab.name} shows three people here`,
      async () => (await tab.at('person', { 'data-here': 'here' }).count()) === 3,
    );
  }
  for (const tab of tabs) {
    for (const cid of cids) {
      const reach = tab.shownPost(cid).locator('[data-testid="post-reach"][data-stored="3"][data-of="3"]');
      await reach.waitFor();
      assert.equal(await reach.innerText(), '', 'of what all have nothing is said');
    }
  }
  const state = await converged(tabs);
  assert.deepEqual(state.posts.map((post) => post.text).sort(), ['Ada is here', 'Ben is here', 'Cleo is here']);
  await world.picture('three tabs', ada);
});

scenario('every kind of post, replies and tags arrive as they were meant', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const kinds = ['update', 'question', 'idea', 'need', 'driver'];
  const roots = [];
  for (const kind of kinds) roots.push(await ada.post(`a ${kind}`, { kind, tags: ['bridge', kind] }));
  for (const cid of roots) await ben.has(cid);
  const reply = await ben.post('an answer', { replyTo: roots[1] });
  await ada.has(reply);
  const { posts } = await converged([ada, ben]);
  const byCid = new Map(posts.map((post) => [post.cid, post]));
  kinds.forEach((kind, index) => {
    const post = byCid.get(roots[index]);
    assert.equal(post.kind, kind);
    assert.deepEqual(post.tags, ['bridge', kind]);
    assert.equal(post.replyTo, null);
  });
  assert.equal(byCid.get(reply).replyTo, roots[1]);
  await ada.shownPost(reply).waitFor();
});

scenario('an edit by the author shows everywhere; nobody else can edit or retract', async (world) => {
  const {
    tabs: [ada, ben, cleo],
  } = await world.room(['Ada', 'Ben', 'Cleo']);
  const cid = await ada.post('the bridge opens at nine');
  await Promise.all([ben.has(cid), cleo.has(cid)]);
  await ada.call('edit', cid, 'the bridge opens at ten');
  for (const tab of [ada, ben, cleo]) {
    await tab.until('the edit is shown', async () =>
      (await tab.shownPost(cid).getByTestId('post-text').innerText()).includes('at ten'),
    );
    const post = (await tab.state()).posts.find((one) => one.cid === cid);
    assert.equal(post.edited, true);
  }
  await assert.rejects(ben.call('edit', cid, 'never'), (error) => Boolean(error.code));
  await assert.rejects(ben.call('retract', cid), (error) => Boolean(error.code));
  const state = await converged([ada, ben, cleo]);
  assert.equal(state.posts.find((one) => one.cid === cid).text, 'the bridge opens at ten');
});

scenario('the words of a retracted post are gone from every database, the trace stays', async (world) => {
  const {
    tabs: [ada, ben, cleo],
  } = await world.room(['Ada', 'Ben', 'Cleo']);
  const words = 'xylophone-quagmire-spoken-too-soon';
  const edited = 'xylophone-quagmire-second-thoughts';
  const cid = await ada.post(words);
  await ada.call('edit', cid, edited);
  // The search must be able to find them, or finding nothing later would mean nothing.
  await until(
    'each node stores the words',
    async () => (await recordsWith(ben.page, words)) >= 3 && (await recordsWith(ben.page, edited)) >= 3,
  );
  await ada.call('retract', cid);
  for (const tab of [ada, ben, cleo]) {
    await tab.until('the words are gone from the screen', async () => {
      const post = (await tab.state()).posts.find((one) => one.cid === cid);
      return post?.words === 'retracted' && post.text === null;
    });
    await until('not on screen', async () => !(await tab.page.locator('body').innerText()).includes('xylophone'));
  }
  await until('no database holds the words', async () => (await recordsWith(cleo.page, 'xylophone-quagmire')) === 0);
  const late = await world.tab(ada.page.context(), 'Dora', ada.page.url());
  await converged([ada, ben, cleo, late]);
  assert.equal(await recordsWith(late.page, 'xylophone-quagmire'), 0);
});

scenario('feedback of every stance, and every answer to a loop', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  const post = await ada.post('the bridge carries forty tonnes');
  await Promise.all([ben.has(post), cleo.has(post)]);
  const given = {};
  for (const stance of ['appreciate', 'build-on', 'question', 'concern', 'correct']) {
    const text = stance === 'appreciate' ? undefined : `my ${stance}`;
    given[stance] = await ben.call('feedback', {
      target: post,
      stance,
      text,
      sources: stance === 'correct' ? ['https://example.org/load'] : [],
    });
  }
  const late = await cleo.call('feedback', { target: post, stance: 'question', text: 'never mind' });
  const feedback = async (tab, cid) => (await tab.state()).feedback.find((one) => one.cid === cid);
  for (const tab of tabs) {
    for (const cid of [...Object.values(given), late]) await tab.until(`has feedback ${cid}`, () => feedback(tab, cid));
    assert.equal((await feedback(tab, given.appreciate)).state, 'given');
    assert.equal((await feedback(tab, given['build-on'])).state, 'given');
    for (const stance of ['question', 'concern', 'correct'])
      assert.equal((await feedback(tab, given[stance])).state, 'open');
    await tab.until(
      'the post is contested',
      async () => (await tab.state()).posts.find((one) => one.cid === post).contested,
    );
    await tab.at('post', { 'data-cid': post, 'data-contested': 'true' }).waitFor();
  }
  await world.picture('contested', ada);
  await ada.call('edit', post, 'the bridge carries twenty tonnes');
  await ada.call('answer', given.question, { as: 'adjusted', text: 'now it says so', by: post });
  await ada.call('answer', given.concern, { as: 'noted', text: 'I will watch it' });
  await ada.call('answer', given.correct, { as: 'declined', text: 'the plate says otherwise' });
  await cleo.call('withdrawFeedback', late);
  await assert.rejects(ben.call('answer', given.concern, { as: 'noted', text: 'not mine to answer' }), (error) =>
    Boolean(error.code),
  );
  const expected = { question: 'adjusted', concern: 'noted', correct: 'declined' };
  for (const tab of tabs) {
    for (const [stance, state] of Object.entries(expected)) {
      await tab.until(`${stance} is ${state}`, async () => (await feedback(tab, given[stance])).state === state);
    }
    await tab.until('the late question is withdrawn', async () => (await feedback(tab, late)).state === 'withdrawn');
  }
  await converged(tabs);
});

scenario('whoever opens the link is reached over WebRTC at once, each time anew', async (world) => {
  const {
    context,
    link,
    tabs: [ada],
  } = await world.room(['Ada']);
  let ways = 0;
  for (let round = 0; round < every(3, 150); round += 1) {
    const tab = await world.tab(context, `round ${round}`, link);
    const first = await until('a first link', async () => (await tab.status()).peers[0]);
    if (first.path === 'webrtc') ways += 1;
    await tab.close();
    await ada.until('nobody else is left', async () => (await ada.status()).peers.length === 0);
  }
  assert.equal(ways, every(3, 150), 'no first link had to take another way');
});
