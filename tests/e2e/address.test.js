// The address says which room is open; dialogs and views do not stand in the way back; a page is its folder.
import assert from 'node:assert/strict';
import { scenario } from './lib/world.js';

/** Two rooms that a browser knows, neither of them open. */
async function twoRooms(world) {
  const context = await world.browser();
  const tab = await world.tab(context, 'Ada');
  const links = [await tab.found({ title: 'One' }), await tab.found({ title: 'Two' })];
  return { context, tab, links };
}

/** Goes to another fragment as the address bar does. */
const type = (tab, link) => tab.page.evaluate((hash) => void (location.hash = hash), link.slice(link.indexOf('#')));
const address = (tab) => tab.page.evaluate(() => location.href);
const shows = (tab, title) => tab.at('room-title').filter({ hasText: title }).waitFor();

scenario('the address opens the room it names, whatever room was open before', async (world) => {
  const { tab, links } = await twoRooms(world);
  for (const [at, title] of [
    [0, 'One'],
    [1, 'Two'],
    [0, 'One'],
  ]) {
    await type(tab, links[at]);
    await shows(tab, title);
    assert.equal(await address(tab), links[at]);
  }
  await tab.join(links[1]);
  assert.equal((await tab.state()).title, 'Two', 'joined means shown');
  assert.equal(await tab.at('room-title').innerText(), 'Two');
  assert.equal(await address(tab), links[1]);
  await tab.page.goBack();
  await shows(tab, 'One');
  await tab.call('leave');
  assert.equal(await address(tab), `${world.url}#/`);
  await tab.at('start').waitFor();
  await tab.page.goBack();
  await shows(tab, 'One');
});

scenario('of several addresses the last one wins, and whoever asked for another is told', async (world) => {
  const { tab, links } = await twoRooms(world);
  const outcomes = await tab.page.evaluate(async ([one, two]) => {
    const outcome = (promise) => promise.then(() => 'shown', (error) => error.code);
    const hash = (link) => link.slice(link.indexOf('#'));
    const first = outcome(window.paceline.join(one));
    const second = outcome(window.paceline.join(two));
    const third = outcome(window.paceline.join(one));
    const founded = outcome(window.paceline.found({ title: 'Three' }));
    const back = outcome(window.paceline.leave());
    // What was asked for has begun.
    await new Promise((done) => setTimeout(done));
    location.hash = hash(two);
    location.hash = hash(one);
    return Promise.all([first, second, third, founded, back]);
  }, links);
  assert.deepEqual([outcomes[1], outcomes[3]], ['superseded', 'superseded']);
  await shows(tab, 'One');
  await tab.until('all of it is over', async () => (await tab.state()).title === 'One');
  assert.equal(await address(tab), links[0]);
  assert.equal(await tab.at('notice').count(), 0, 'a person who went elsewhere need not be told');
  await tab.call('leave');
  await tab.at('my-rooms').getByText('Three').waitFor();
});

scenario('a damaged link typed in a room leaves the room open, in the address too', async (world) => {
  const { tab, links } = await twoRooms(world);
  const node = await tab.node();
  for (const bad of [links[0].slice(0, -9), '#/r/', '#/what/is/this']) {
    await type(tab, bad);
    const notice = tab.at('notice', { 'data-code': 'bad-link' });
    await notice.waitFor();
    await tab.until('the address is the room again', async () => (await address(tab)) === links[1]);
    await notice.getByRole('button').click();
    await notice.waitFor({ state: 'detached' });
  }
  await assert.rejects(tab.join(links[0].slice(0, -9)), (error) => error.code === 'bad-link');
  assert.equal(await address(tab), links[1]);
  await tab.page.reload();
  await tab.inRoom();
  assert.deepEqual([await tab.node(), (await tab.state()).title], [node, 'Two']);
});

scenario('back closes what lies over the room, then leaves it; forward does no harm', async (world) => {
  const { tab, links } = await twoRooms(world);
  await tab.call('leave');
  await tab.at('my-rooms').getByText('One').click();
  await shows(tab, 'One');
  const invite = tab.at('invite-link');
  const settings = tab.at('forget-room');
  const back = () => tab.page.goBack();

  await tab.at('invite-open').click();
  await invite.waitFor();
  await back();
  await invite.waitFor({ state: 'detached' });
  assert.equal((await tab.state()).title, 'One', 'the room stays');

  await tab.view('view-loops');
  await tab.view('view-settings');
  await settings.click();
  await tab.at('forget-room-confirm').waitFor();
  await back();
  await tab.at('forget-room-confirm').waitFor({ state: 'detached' });
  await settings.waitFor();
  await back();
  await settings.waitFor({ state: 'detached' });
  assert.equal(await address(tab), links[0]);

  // Entries of what was closed are still ahead: nothing is there.
  await tab.page.goForward();
  await tab.page.goForward();
  assert.equal(await invite.count(), 0);
  await tab.at('invite-open').click();
  await invite.waitFor();
  await back();
  await invite.waitFor({ state: 'detached' });
  assert.equal((await tab.state()).title, 'One');

  // What was closed otherwise is not in the way.
  await tab.page.reload();
  await tab.inRoom();
  const entries = () => tab.page.evaluate(() => history.state);
  for (const close of ['Escape', 'button']) {
    await tab.view('view-settings');
    await settings.click();
    await tab.at('forget-room-confirm').waitFor();
    if (close === 'Escape') await tab.page.keyboard.press('Escape');
    else await tab.page.locator('dialog .dialog-head button').click();
    await tab.at('forget-room-confirm').waitFor({ state: 'detached' });
    await tab.page.keyboard.press('Escape');
    await settings.waitFor({ state: 'detached' });
    await tab.until('its entries are left', async () => (await entries()) === null);
  }
  // From Settings to another room and back.
  await tab.view('view-settings');
  await settings.waitFor();
  await type(tab, links[1]);
  await shows(tab, 'Two');
  await back();
  await shows(tab, 'One');
  assert.equal(await settings.count(), 0);
});

scenario('a room left from within Settings is not come back to by one step forward', async (world) => {
  const { tab, links } = await twoRooms(world);
  await tab.view('view-settings');
  await tab.at('forget-room').click();
  await tab.at('forget-room-confirm').click();
  await tab.at('start').waitFor();
  await tab.until('the address is the start page', async () => (await address(tab)) === `${world.url}#/`);
  await tab.until('nothing lies over it', () => tab.page.evaluate(() => history.state === null));
  await type(tab, links[0]);
  await shows(tab, 'One');
});

scenario('what somebody put before the # neither travels on nor names a page', async (world) => {
  const { context, tab, links } = await twoRooms(world);
  const node = await tab.node();
  await tab.close();
  const code = links[1].slice(links[1].indexOf('#'));
  const back = await world.tab(context, 'from a feed', `${world.url}?fbclid=IwAR0&utm_source=x${code}`);
  assert.equal(await back.node(), node, 'the same browser is the same node');
  assert.equal(await address(back), links[1]);
  await back.at('invite-open').click();
  await back.until('the link is there', async () => (await back.at('invite-link').inputValue()) === links[1]);
  const start = await world.tab(context, 'Start', `${world.url}?gclid=1`);
  const founded = await start.found({ title: 'Four' });
  assert.ok(founded.startsWith(`${world.url}#/r/`));
  await start.call('leave');
  await start.at('my-rooms').getByText('One').click();
  await shows(start, 'One');
});

scenario('a folder and its index.html are one page', async (world) => {
  const { context, tab, links } = await twoRooms(world);
  await tab.call('introduce', { name: 'Ada' });
  const node = await tab.node();
  const named = await world.tab(context, 'Ben', links[1].replace('#', 'index.html#'));
  assert.notEqual(await named.node(), node, 'one key is never held by two tabs');
  await Promise.all([tab.linked(1), named.linked(1)]);
  assert.equal((await named.status()).peers[0].via, 'broadcast-channel', 'tabs of one browser find each other');
  await named.has(await tab.post('heard under either name'));
  await tab.close();
  await named.page.goto(`${world.url}index.html#/`);
  await named.at('my-rooms').getByText('One').waitFor();
  const again = await world.tab(context, 'Ada again', links[1]);
  const nodes = [await again.node()];
  const other = await world.tab(context, 'Ben again', links[1].replace('#', 'index.html#'));
  nodes.push(await other.node());
  assert.ok(nodes.includes(node) && new Set(nodes).size === 2);
});
