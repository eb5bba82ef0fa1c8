// Links and codes as they come out of messengers and mails.
import assert from 'node:assert/strict';
import { scenario } from './lib/world.js';

const DAMAGED = (link) => link.replace(/.{3}$/, (end) => (end === 'AAA' ? 'BBB' : 'AAA'));

scenario('a link is found in whatever it came in', async (world) => {
  const ada = await world.tab(await world.browser(), 'Ada');
  const link = await ada.found({ title: 'Found', purpose: '', form: 'blank' });
  assert.match(link, /[0-9A-Za-z]$/, 'no new link ends in what is cut off');
  const { room } = await ada.status();
  const there = await world.browser();
  const ben = await world.tab(there, 'Ben');
  const half = link.length - 50;
  const pasted = [
    `${link}.`,
    `<${link}>`,
    `*${link}*`,
    `Join us: (${link}), tonight.`,
    `${link}\u200b`,
    link.replace('#', '%23'),
    `> Join us:\n> ${link.slice(0, half)}\n> ${link.slice(half)}\n> Ada`,
  ];
  for (const text of pasted) {
    await ben.join(text);
    assert.equal((await ben.status()).room, room, text);
    await ben.call('leave');
  }
  await assert.rejects(ben.join(`${DAMAGED(link)}.`), (error) => error.code === 'bad-link');

  // Typed on the start page, in one line as the field makes it, and opened by address.
  await ben.at('join-link').fill(`Join us at ${link}).`);
  await ben.at('join-submit').click();
  await ben.inRoom();
  for (const end of ['.', ')', '*', '%E2%80%8B', '>']) {
    const cleo = await world.tab(there, 'Cleo', link + end);
    assert.equal((await cleo.status()).room, room, end);
    await cleo.until('the address is the room\u2019s', () => cleo.page.evaluate((link) => location.href === link, link));
    await cleo.close();
  }
});

scenario('codes by hand are found in the mails that carry them', async (world) => {
  const [one, two] = [await world.browser(), await world.browser()];
  const ada = await world.tab(one, 'Ada');
  const link = await ada.found({ title: 'By mail', purpose: '', form: 'blank' });
  await ada.inRoom();
  const ben = await world.tab(two, 'Ben', link);
  const invite = await ada.call('byHand.invite');
  const wrapped = invite.replace(/.{60}/g, '$&\r\n');
  const mail = `Hello Ben,\r\nopen ${link} and paste this:\r\n\r\n${wrapped}.\r\nSee you, Ada`;
  const reply = await ben.call('byHand.reply', mail);
  const quoted = mail.replace(/^/gm, '> ');
  const answer = `Here it is: (${reply.replace(/.{72}/g, '$&\r\n')})\r\n\r\nOn Monday Ada wrote:\r\n${quoted}`;
  await ada.call('byHand.accept', answer);
  await Promise.all([ada.linked(1), ben.linked(1)]);
});
