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
