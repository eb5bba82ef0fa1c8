// Who is who: names that look alike, hide or turn around; hues; what people write with a handoff; clocks that are off.
import assert from 'node:assert/strict';
import { until } from './lib/tab.js';
import { scenario } from './lib/world.js';

const HOUR = 3_600_000;
const baton = (tab, title, state) => tab.at('baton', { 'data-state': state }).filter({ hasText: title });
const rowOf = (tab, node) => tab.at('person', { 'data-node': node });
/** What a person sees: the isolates around a name take no room. */
const plain = (text) => text.replace(/[\u2066-\u2069]/g, '');
/** What assistive technology reads. */
const heard = async (locator) => plain(await locator.ariaSnapshot());

scenario('of one name, without a name, or turned around: each is told apart and turns nothing', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben', 'Cleo']);
  const [ada, ben, cleo] = tabs;
  const nodes = await Promise.all(tabs.map((tab) => tab.node()));
  const mark = (at) => nodes[at].slice(-4);

  await ben.call('introduce', { name: 'ada ' });
  for (const tab of tabs) {
    await rowOf(tab, nodes[0]).filter({ hasText: `Ada ·${mark(0)}` }).waitFor();
    await rowOf(tab, nodes[1]).filter({ hasText: `ada ·${mark(1)}` }).waitFor();
    assert.equal(await rowOf(tab, nodes[2]).locator('.person-name bdi').innerText(), 'Cleo', 'nobody else has a mark');
  }
  const post = await ben.post('who am I?');
  const title = 'Scribe';
  const cid = await cleo.call('baton.open', { title });
  await cleo.call('baton.take', cid);
  for (const tab of tabs) {
    await tab.has(post);
    assert.equal(await tab.shownPost(post).getByTestId('post-author').innerText(), `ada ·${mark(1)}`);
  }
  await baton(cleo, title, 'held').getByTestId('baton-offer').click();
  const options = (await cleo.at('baton-offer-to').locator('option').allInnerTexts()).map(plain);
  assert.deepEqual(options.toSorted(), [`Ada ·${mark(0)}`, `ada ·${mark(1)}`].toSorted());
  await cleo.page.keyboard.press('Escape');
  assert.equal(await ada.shownPost(post).locator('> .disc').getAttribute('title'), `ada ·${mark(1)}`);

  // Letters of other alphabets, as soon as their tables are here.
  await ben.call('introduce', { name: 'opener' });
  for (const first of ['\u0585', '\u03bf']) {
    await ada.call('introduce', { name: `${first}pener` });
    for (const tab of tabs) {
      await rowOf(tab, nodes[0]).filter({ hasText: `${first}pener ·${mark(0)}` }).waitFor();
      await rowOf(tab, nodes[1]).filter({ hasText: `opener ·${mark(1)}` }).waitFor();
    }
  }
  await ada.call('introduce', { name: 'Ada' });

  // Here it is refused in words, and the words stay where they are.
  for (const nothing of ['\u200b', '\u2800', '\u202e', '\ufe0f']) {
    for (const [method, argument] of [['introduce', { name: nothing }], ['post', { text: nothing }]]) {
      await assert.rejects(ada.call(method, argument), (error) => error.code === 'nothing-to-see', method);
    }
  }
  await ada.at('composer-text').fill('\u2800\u2800');
  await ada.at('composer-submit').click();
  await ada.at('notice', { 'data-code': 'nothing-to-see' }).waitFor();

  // A name that ends in an override, and one that runs from right to left.
  for (const name of ['evil\u202e', 'שלום (x)']) {
    const shown = name.replace('\u202e', '');
    await ben.call('introduce', { name });
    await rowOf(ada, nodes[1]).filter({ hasText: shown }).waitFor();
    await cleo.call('baton.offer', cid, nodes[1]);
    const row = baton(ada, title, 'offered');
    await row.waitFor();
    const said = await row.locator('.baton-state').innerText();
    assert.equal(plain(said), `Cleo offers it to ${shown}`);
    assert.ok(!/[\u202a-\u202e]/.test(await ada.page.locator('body').innerText()), 'nothing overrides a direction');
    const group = ada.shownPost(post).getByRole('group').first();
    const label = await group.getAttribute('aria-label');
    assert.equal(plain(label), `What to do with the post of ${shown}`);
    if (/[^ -~]/.test(shown)) assert.ok(label.includes(`\u2068${shown}\u2069`), 'the name is isolated');
    // Laid out, the words after a name stand to its right.
    const order = await ada.shownPost(post).evaluate((article) => {
      const head = article.querySelector('.post-head');
      const left = (element) => element.getBoundingClientRect().left;
      return left(head.querySelector('.post-author')) < left(head.querySelector('time'));
    });
    assert.ok(order);
    await world.picture(`named ${shown === 'evil' ? 'override' : 'from right to left'}`, ada);
    await ben.call('baton.decline', (await ben.baton(cid)).offer);
    await baton(ada, title, 'held').waitFor();
  }
});

/** What stands on the page hidden, and where a name could turn what stands beside it around. */
const faults = (tab, name) =>
  tab.page.evaluate((name) => {
    const hidden = /[\u00ad\u200b\u202a-\u202e\u2060-\u2064\ufeff]/;
    const found = [];
    const look = (text, where, apart) => {
      if (hidden.test(text)) found.push(`hidden in ${where}: ${JSON.stringify(text)}`);
      if (text.includes(name) && !apart && !text.includes(`\u2068${name}`)) found.push(`not isolated in ${where}: ${text}`);
    };
    look(document.title, 'the title', false);
    for (const element of document.querySelectorAll('body *')) {
      const where = `<${element.localName} class="${element.className}">`;
      const apart = element.closest('bdi, [dir=auto], option') !== null;
      for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) look(node.data, where, apart);
      for (const label of ['title', 'aria-label']) {
        const said = element.getAttribute(label) ?? '';
        look(said, `${label} of ${where}`, said === name);
      }
    }
    return found;
  }, name);

scenario('no title hides anything, and no name turns around what stands beside it', async (world) => {
  const title = 'Stand\u200b-up\u202e';
  const { tabs, context } = await world.room(['Ada', 'Ben'], { title });
  const [ada, ben] = tabs;
  const [adaNode, benNode] = await Promise.all(tabs.map((tab) => tab.node()));
  const name = 'שלום';
  await ben.call('introduce', { name });
  const held = await ben.call('baton.open', { title: 'Sc\u200bribe\u202e' });
  await ben.call('baton.take', held);
  await ben.call('baton.offer', held, adaNode, 'yours?');
  const free = await ben.call('baton.open', { title: '\u2060T\u00adimekeeper' });
  const post = await ben.post('who takes it?', { kind: 'question' });
  await ada.has(post);
  await ada.call('feedback', { target: post, stance: 'question', text: 'what?' });
  await ada.call('promise.ask', benNode, 'Bring brushes');
  await ben.call('promise.make', { text: 'Bring tea' });
  await ada.shownPost(post).getByTestId('post-reply').click();
  const shown = (cid) => ada.at('baton', { 'data-cid': cid });
  await shown(free).waitFor();
  assert.equal(await ada.at('room-title').innerText(), 'Stand-up');
  assert.equal(await shown(held).locator('.baton-name').innerText(), 'Scribe');
  await ada.page.waitForFunction(() => document.title.includes('Stand-up'));
  await rowOf(ada, benNode).filter({ hasText: 'leads' }).filter({ hasText: 'Scribe' }).waitFor();
  await shown(held).getByTestId('baton-history').locator('summary').click();
  for (const view of ['view-about', 'view-promises', 'view-loops', 'view-network', 'view-settings']) {
    await ada.view(view);
    await ada.at(view, { 'aria-pressed': 'true' }).first().waitFor();
    assert.deepEqual(await faults(ada, name), [], view);
  }
  await ada.page.evaluate(() => location.replace('#/'));
  const card = ada.at('my-rooms').locator('a').first();
  await card.waitFor();
  assert.equal(await card.innerText(), 'Stand-up');
  assert.deepEqual(await faults(ada, name), [], 'my rooms');
});

scenario('those who come in turn differ in hue, the founder among them though it wrote before it had a name', async (world) => {
  const context = await world.browser();
  const founder = await world.tab(context, 'Founder');
  const link = await founder.found({ title: 'Many', purpose: '', form: 'blank' });
  await founder.post('welcome');
  const shown = async () => (await founder.state()).people.map((person) => person.hue);
  const [first] = await shown();
  for (let at = 1; at < 5; at += 1) {
    const tab = await world.tab(context, `Tab ${at}`, link);
    await tab.linked(1);
    await tab.call('introduce', { name: `Person ${at}` });
    await founder.until('it is known', async () => (await founder.state()).people.length === at + 1);
  }
  assert.equal(new Set(await shown()).size, 5);
  await founder.call('introduce', { name: 'Founder' });
  assert.equal((await shown())[0], first, 'it keeps the one it was shown with');
  const classes = founder.at('people').locator('.disc');
  assert.equal(new Set((await classes.evaluateAll((all) => all.map((it) => it.className.match(/hue-\d+/)[0])))).size, 5);
});

scenario('the four words people write with a handoff are read by the others, on screen and by screen readers', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben']);
  const [ada, ben] = tabs;
  const title = 'Timekeeper';
  const words = ['you know the bridge', 'not today', 'done for now', 'we sailed at ten'];
  const reads = async (tab, state, said) => {
    const row = baton(tab, title, state);
    await row.locator('.capsule .baton-said').filter({ hasText: said }).waitFor();
    await until('it is on the road', async () => (await heard(tab.page.locator('.reading'))).includes(said));
    await until('it is announced', async () => {
      const live = tab.page.locator('.batons [role=status]');
      return (await live.allInnerTexts()).join().includes(said);
    });
  };
  const write = async (tab, state, said, handle) => {
    const row = baton(tab, title, state);
    await row.locator('.with-word summary').click();
    await row.locator('.with-word input').fill(said);
    await row.getByTestId(handle).click();
  };

  const cid = await ada.call('baton.open', { title });
  await ada.call('baton.take', cid);
  await baton(ben, title, 'held').waitFor();
  await baton(ada, title, 'held').getByTestId('baton-offer').click();
  await ada.page.getByLabel('A word with it').fill(words[0]);
  await ada.at('baton-offer-submit').click();
  await reads(ben, 'offered', words[0]);
  await write(ben, 'offered', words[1], 'baton-decline');
  await reads(ada, 'held', words[1]);
  await world.picture('declined with a word', ada);
  await write(ada, 'held', words[2], 'baton-release');
  await reads(ben, 'free', words[2]);
  await ben.call('baton.take', cid);
  await baton(ada, title, 'held').waitFor();
  await write(ben, 'held', words[3], 'baton-close');
  await reads(ada, 'closed', words[3]);

  for (const tab of tabs) {
    const history = baton(tab, title, 'closed').getByTestId('baton-history');
    if ((await history.getAttribute('open')) === null) await history.locator('summary').click();
    const said = (await history.getByTestId('baton-said').allInnerTexts()).join(' ');
    for (const word of words) assert.ok(said.includes(word), `${tab.name}: ${word}`);
    const { notes } = await tab.baton(cid);
    assert.deepEqual(
      notes.map((note) => [note.act, note.text]),
      ['offered', 'declined', 'released', 'closed'].map((act, at) => [act, words[at]]),
    );
  }
  await world.picture('four words', ada);
  await ada.page.setViewportSize({ width: 390, height: 844 });
  await world.picture('four words on a phone', ada);
});

scenario('a clock that is 26 hours ahead: days go on, its times are in doubt, and the person is told', async (world) => {
  const { tabs, link } = await world.room(['Ada', 'Ben']);
  const [ada, ben] = tabs;
  const other = await world.browser();
  await other.addInitScript((ahead) => {
    const Right = Date;
    window.Date = class extends Right {
      constructor(...given) {
        if (given.length === 0) super(Right.now() + ahead);
        else super(...given);
      }
      static now() {
        return Right.now() + ahead;
      }
    };
  }, 26 * HOUR);
  // In a browser of its own, and what is said carried to and fro.
  const cleo = await world.tab(other, 'Cleo', link);
  const take = async (from, to) => {
    const bytes = await from.page.evaluate(async () => [...(await window.paceline.exportCar())]);
    await to.page.evaluate((bytes) => window.paceline.importCar(new Uint8Array(bytes)), bytes);
  };
  await take(ada, cleo);
  await cleo.call('introduce', { name: 'Cleo' });
  const posts = { ada: [], ben: [], cleo: [] };
  for (let turn = 0; turn < 3; turn += 1) {
    posts.cleo.push(await cleo.post(`tomorrow ${turn}`));
    await take(cleo, ada);
    posts.ada.push(await ada.post(`today ${turn}`));
    await ben.has(posts.ada.at(-1));
    posts.ben.push(await ben.post(`also today ${turn}`));
    await ada.has(posts.ben.at(-1));
    await take(ada, cleo);
  }
  const doubted = async (tab) =>
    tab.page.locator('.post').evaluateAll((all) =>
      all.filter((post) => post.querySelector('[data-testid=doubtful]')).map((post) => post.dataset.cid),
    );
  for (const tab of [ada, ben]) {
    assert.equal(await tab.page.locator('.milestone').count(), 1, `${tab.name}: one day`);
    assert.deepEqual((await doubted(tab)).toSorted(), posts.cleo.toSorted(), `${tab.name}: who is in doubt`);
    assert.equal(await tab.at('notice', { 'data-code': 'clock-off' }).count(), 0, `${tab.name} is right`);
  }
  await cleo.at('notice', { 'data-code': 'clock-off' }).waitFor();
  assert.match(await cleo.at('notice', { 'data-code': 'clock-off' }).innerText(), /clock is 26 hours fast/);
  await cleo.until('its own times are in doubt', async () => {
    return JSON.stringify((await doubted(cleo)).toSorted()) === JSON.stringify(posts.cleo.toSorted());
  });
  assert.equal(await cleo.page.locator('.milestone').count(), 1);
  await world.picture('a clock ahead', ada);
  await world.picture('the one whose clock is ahead', cleo);
});
