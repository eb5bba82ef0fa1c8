// `paceline.json` beside the page: whatever is wrong with it is said in a sentence, and rooms open all the same.
import assert from 'node:assert/strict';
import { scenario } from './lib/world.js';

const noticed = async (tab, code) => {
  const notice = tab.at('notice', { 'data-code': code });
  await notice.waitFor();
  const text = (await notice.innerText()).trim();
  assert.match(text, /[a-z]+ [a-z]+ [a-z]+.*\./i, 'a sentence');
  return text;
};

for (const [what, config, said] of [
  ['no JSON', 'relays: none', /cannot be read/],
  ['a word too many', { relays: [], secret: 'x' }, /secret/],
  ['an address that is none', { relays: ['https://relay.example'] }, /wss:\/\//],
  ['a form of another host', { forms: ['https://elsewhere.example/form.json'] }, /page's own host/],
  ['TURN without a password', { turn: [{ urls: ['turn:turn.example'] }] }, /credential/],
]) {
  scenario(`a list of servers with ${what} is told, and rooms meet within the browser`, async (world) => {
    world.server.config = config;
    const { tabs } = await world.room(['Ada', 'Ben']);
    const cid = await tabs[0].post('the list is not needed here');
    await tabs[1].has(cid);
    assert.match(await noticed(tabs[1], 'bad-config'), said);
  });
}

scenario('a host without the list, or with its start page in its place, is no reason for a word', async (world) => {
  world.provokes(/404/);
  const context = await world.browser();
  for (const config of [null, {}]) {
    world.server.config = config;
    const tab = await world.tab(context, 'Ada');
    await tab.found({ title: 'No list', purpose: '', form: 'blank' });
    await tab.inRoom();
    assert.equal(await tab.at('notice').count(), 0);
    await tab.close();
  }
});

scenario('a list that was good once is used when it is spoiled later', async (world) => {
  const context = await world.browser();
  world.server.config = { stun: [] };
  await (await world.tab(context, 'Ada')).close();
  world.server.config = '{';
  const tab = await world.tab(context, 'Ada again');
  assert.match(await noticed(tab, 'bad-config'), /last good/);
});

scenario('a hostile form of the host is brought within its limits, which is said, and a meeting of it is held', async (world) => {
  const long = 'A question that does not end. '.repeat(30);
  world.server.files = {
    'forms/hostile.json': JSON.stringify({
      name: 'hostile',
      title: `\u202e${'Ours '.repeat(40)}`,
      purpose: 'What a host may write.',
      rights: 'all',
      values: { policy: 'tyranny', quorum: 1e9, grace: -1 },
      meeting: { prompts: [long, 'Done', 'Done', ''], seconds_each: 1e12, every_days: 0 },
    }),
    'forms/retro.json': JSON.stringify({ name: 'retro', title: 'Another retro' }),
    'forms/broken.json': '{"name": ',
    'forms/endless.json': `{"name": "endless", "purpose": "${'x'.repeat(20_000)}"}`,
  };
  world.server.config = { relays: [], stun: [], forms: Object.keys(world.server.files) };
  const ada = await world.tab(await world.browser(), 'Ada');

  const changed = await noticed(ada, 'form-changed');
  for (const it of ['forms/hostile.json', 'title', /\d+ more places/]) assert.ok(changed.match(it), `${changed} says ${it}`);
  const unread = ada.at('notice', { 'data-code': 'form-unread' });
  await ada.until('each file that is no form is told', async () => (await unread.count()) === 3);
  const told = (await unread.allInnerTexts()).join('\n');
  for (const it of [/retro\.json.*retro already/, /broken\.json.*JSON/, /endless\.json.*16 KiB/]) assert.match(told, it);
  const kinds = await ada.at('found-form').locator('option').evaluateAll((all) => all.map((it) => [it.value, it.label]));
  assert.deepEqual(kinds.at(-1)[0], 'hostile');
  assert.equal(kinds.filter(([name]) => name === 'retro').length, 1, 'a form of the build stays');
  assert.ok(!kinds.some(([, title]) => title === 'Another retro'));
  assert.ok([...kinds.at(-1)[1]].length <= 80 && !kinds.at(-1)[1].includes('\u202e'));

  await ada.at('other-kinds').locator('summary').click();
  await ada.at('other-kinds').getByTestId('start-tile').click();
  await ada.at('lobby').waitFor();
  assert.equal(await ada.at('meeting-form').inputValue(), 'hostile');
  await ada.at('lobby-start').click();
  await ada.at('turn').waitFor();
  assert.equal((await ada.state()).form, 'hostile');
  await ada.until('each question is asked once', async () => (await ada.at('round').count()) === 2);
  await ada.at('round').filter({ hasText: 'Done' }).waitFor();
  assert.ok(!(await ada.at('round').allInnerTexts()).join('').includes(long.trim()), 'a question is cut');
});
