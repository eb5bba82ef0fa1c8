// What people write can be read: every letter, in every script, by eye, ear and on paper, at every size of text; and the
// keys do what was meant, on every keyboard.
import assert from 'node:assert/strict';
import { PATIENCE, converged, until } from './lib/tab.js';
import { scenario } from './lib/world.js';

const FAMILY = '👩‍👩‍👧‍👦';
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

async function alone(world, options, more = {}) {
  const context = await world.browser(options);
  context.setDefaultTimeout(PATIENCE);
  const ada = await world.tab(context, 'Ada');
  const link = await ada.found({ title: 'Crew of the bridge', purpose: 'See what moves', form: 'blank', ...more });
  await ada.inRoom();
  await ada.call('introduce', { name: more.name ?? 'Ada' });
  return { context, ada, link };
}

const words = (tab, cid) => tab.shownPost(cid).getByTestId('post-text');
const shown = async (tab, cid) => (await words(tab, cid).innerText()).trim().replace(/\n+/g, '\n');
const links = (tab, cid) => words(tab, cid).locator('a').evaluateAll((all) => all.map((it) => it.getAttribute('href')));

scenario('every letter of a post can be read, or reached by a link that can be seen', async (world) => {
  const { ada } = await alone(world);
  const cases = [
    ['[Note]: yes', '[Note]: yes', []],
    ['before\n\n[^1]: a note', 'before\n[^1]: a note', []],
    ['![](https://example.org/plan.png)', 'https://example.org/plan.png', ['https://example.org/plan.png']],
    ['[](https://example.org)', 'https://example.org', ['https://example.org']],
    ['[call me](tel:+49123)', 'call me (tel:+49123)', []],
    ['#', '#', []],
    ['>', '>', []],
    ['<somebody@example.org>', 'somebody@example.org', ['mailto:somebody@example.org']],
    ['<!-- aside --> said', '<!-- aside --> said', []],
    ['```Hello there', 'Hello there', []],
    ['[a](https://example.org "why")', 'a (why)', ['https://example.org']],
    ['Shopping:\nmilk\neggs', 'Shopping:\nmilk\neggs', []],
    ['1986. What a year', '1986. What a year', []],
    [
      'see (https://example.org/a_(b)), www.example.org/x. or a@example.org; not `https://code.example`',
      'see (https://example.org/a_(b)), www.example.org/x. or a@example.org; not https://code.example',
      ['https://example.org/a_(b)', 'http://www.example.org/x', 'mailto:a@example.org'],
    ],
  ];
  for (const [text, reads, leads] of cases) {
    const cid = await ada.post(text);
    await words(ada, cid).waitFor();
    assert.equal((await shown(ada, cid)).replaceAll(/\s*\n\s*/g, '\n').replace(/^1986\.\s+/, '1986. '), reads, text);
    assert.deepEqual(await links(ada, cid), leads, text);
    for (const link of await words(ada, cid).locator('a').all()) {
      assert.ok((await link.boundingBox()).width > 8, `the link of ${text} can be seen`);
    }
  }
  await world.picture('reading letters', ada);
});

scenario('who listens hears words and not their marks; so do quotes, loops and titles', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const log = ben.page.locator('[role="log"]');
  const cid = await ada.post('**Vote** on\n[the plan](https://example.org/plan)', { kind: 'need' });
  await ben.until('the post is read out', async () => (await log.textContent()).includes('Vote on\nthe plan'));
  assert.ok(!(await log.textContent()).includes('*'));

  await ben.shownPost(cid).getByTestId('post-reply').click();
  const quote = ben.page.locator('.replying');
  await quote.waitFor();
  assert.match(await quote.innerText(), /Vote on the plan$/);
  await ben.call('feedback', { target: cid, stance: 'question', text: 'when?' });
  await ben.view('view-loops');
  const about = ben.page.locator('.loop-group .about');
  await about.waitFor();
  assert.equal(await about.innerText(), 'Ada: Vote on the plan');

  const need = await ada.post(`We need a **host** ${FAMILY.repeat(90)}\nand soon`, { kind: 'need' });
  await ada.shownPost(need).getByTestId('post-more').click();
  await ada.shownPost(need).getByRole('button', { name: 'New role' }).click();
  const name = ada.page.locator('.baton-name');
  await name.waitFor();
  const title = await name.textContent();
  assert.ok(title.startsWith('We need a host 👩'), title);
  assert.equal(title.slice('We need a host '.length).replaceAll(FAMILY, ''), '', 'no family is cut in two');

  await ada.call('introduce', { name: `${FAMILY} Ada` });
  await ada.until('the disc has a letter', async () => (await ada.page.locator('.person .disc').first().textContent()) === 'A');
  await ada.call('introduce', { name: `${FAMILY} e\u0301` });
  await ada.until('and its accent', async () => (await ada.page.locator('.person .disc').first().textContent()) === 'E\u0301');
});

scenario('numbers, towers of marks and words without end stay in their box on a phone', async (world) => {
  const endless = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterb'.slice(0, 63);
  const { ada } = await alone(world, PHONE, { title: endless, purpose: endless, name: endless });
  const before = await ada.post('quiet words above');
  await ada.post(endless, { kind: 'need' });
  await ada.post(`https://example.org/${endless}${endless}`);
  await ada.post(`\`${endless}\``);
  await ada.post(`- ${endless}\n- 😀${endless}\n\n> ${endless}\n\n# ${endless}\n\n![${endless}](${endless})`);
  const years = await ada.post('1986. What a year\n1987. And another');
  const most = await ada.post('999999999. as many digits as a list may have');
  await ada.post('1234567890123. more than a list may have');
  const baton = await ada.call('baton.open', { title: endless });
  await ada.call('baton.take', baton);
  await words(ada, most).waitFor();
  for (const cid of [years, most]) {
    const box = await words(ada, cid).boundingBox();
    for (const number of await words(ada, cid).locator('li').all()) {
      const inside = await number.evaluate((it) => {
        const range = document.createRange();
        range.selectNodeContents(it);
        return range.getBoundingClientRect().left;
      });
      assert.ok(inside >= box.x - 1, `${inside} begins left of ${box.x}`);
    }
  }
  assert.ok((await shown(ada, years)).startsWith('1986.'), 'the number is part of what can be read');
  const sideways = () =>
    ada.page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.reading, .view, .said-here, .post, .room-head')]
        .filter((it) => it.scrollWidth > it.clientWidth + 1)
        .map((it) => `${it.className || it.tagName}: ${it.scrollWidth} > ${it.clientWidth}`),
    );
  await ada.until('it is drawn', async () => (await ada.at('post').count()) === 8);
  assert.deepEqual(await sideways(), []);
  for (const view of ['view-about', 'view-loops', 'view-network', 'view-settings', 'tab-talk']) {
    await ada.view(view);
    assert.deepEqual(await sideways(), [], view);
  }

  const above = words(ada, before);
  await above.scrollIntoViewIfNeeded();
  const picture = await above.screenshot();
  await ada.post(`a${'\u0301\u0316\u0322'.repeat(60)}b`, { replyTo: before });
  await ada.until('it is drawn', async () => (await ada.at('post').count()) === 9);
  await above.scrollIntoViewIfNeeded();
  assert.ok(picture.equals(await above.screenshot()), 'a tower of marks does not stand on the words above');
  await world.picture('reading boxes', ada);
});

scenario('Arabic and Hebrew run from right to left where they are written and read', async (world) => {
  const { ada } = await alone(world, {}, { title: 'غرفة الجسر', purpose: 'מה זז', name: 'عائشة' });
  const direction = (locator) => locator.evaluate((it) => getComputedStyle(it).direction);
  const field = ada.at('composer-text');
  await field.fill('مرحبا بالجميع');
  assert.equal(await direction(field), 'rtl');
  await field.fill('hello');
  assert.equal(await direction(field), 'ltr');
  const cid = await ada.post('שלום לכולם, https://example.org/a\n\nand in English\n\n1. أولا\n2. ثانيا\n\n> اقتباس');
  await words(ada, cid).waitFor();
  const blocks = await words(ada, cid)
    .locator('> *')
    .evaluateAll((all) => all.map((it) => [it.tagName, getComputedStyle(it).direction]));
  assert.deepEqual(blocks, [
    ['P', 'rtl'],
    ['P', 'ltr'],
    ['OL', 'rtl'],
    ['BLOCKQUOTE', 'rtl'],
  ]);
  for (const [what, which] of Object.entries({
    title: ada.at('room-title'),
    purpose: ada.page.locator('.purpose'),
    author: ada.shownPost(cid).getByTestId('post-author'),
    person: ada.page.locator('.person-name bdi').first(),
  })) {
    assert.equal(await direction(which), 'rtl', what);
  }
  await ada.shownPost(cid).hover();
  await ada.actOn(cid, 'post-edit');
  assert.equal(await direction(ada.shownPost(cid).getByTestId('post-edit-text')), 'rtl');
  await world.picture('reading right to left', ada);
});

scenario('days are those of the clock that held then, and another year is told', async (world) => {
  const context = await world.browser({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
  const ada = await world.tab(context, 'Ada');
  const { clock } = ada.page;
  await clock.setFixedTime(new Date('2025-12-30T12:00:00Z'));
  await ada.found({ title: 'Through the year', form: 'blank' });
  await ada.inRoom();
  await ada.post('last year');
  // Half past midnight in summer; with the offset of winter it would be the evening before.
  await clock.setFixedTime(new Date('2026-07-01T22:30:00Z'));
  await ada.post('a short night');
  await clock.setFixedTime(new Date('2026-07-02T08:00:00Z'));
  await ada.post('good morning');
  await clock.setFixedTime(new Date('2026-11-27T08:00:00Z'));
  await ada.post('today');
  const days = ada.page.locator('.milestone');
  await ada.until('the last is drawn', async () => (await ada.at('post').count()) === 4);
  assert.deepEqual(
    (await days.allInnerTexts()).map((it) => it.replaceAll(/[^\w ]/g, '')),
    ['Tuesday 30 December 2025', 'Thursday 2 July', 'Friday 27 November'],
  );
  await ada.call('leave');
  const when = ada.page.locator('.my-rooms .when');
  await when.waitFor();
  assert.ok(!(await when.innerText()).includes('2026'), 'this year is not told');
  await clock.setFixedTime(new Date('2027-01-02T08:00:00Z'));
  await ada.page.reload();
  await ada.until('last year is told', async () => (await when.innerText()).includes('2026'));
});

scenario('Enter that ends a composition sends nothing; single keys work on every layout', async (world) => {
  const { ada } = await alone(world);
  const field = ada.at('composer-text');
  await field.fill('にほん');
  const key = (locator, type, init) =>
    locator.evaluate(
      (it, [type, init]) => {
        const made = type.startsWith('composition') ? CompositionEvent : KeyboardEvent;
        return it.dispatchEvent(new made(type, { bubbles: true, cancelable: true, composed: true, ...init }));
      },
      [type, init],
    );
  // As Chromium has it, as Safari has it, and as it would be without the old key code.
  await key(field, 'keydown', { key: 'Enter', keyCode: 229, isComposing: true });
  await key(field, 'keyup', { key: 'Enter', keyCode: 13 });
  await key(field, 'compositionend', { data: 'にほん' });
  assert.equal(await key(field, 'keydown', { key: 'Enter', keyCode: 229 }), false, 'nor does it begin a line');
  await key(field, 'keyup', { key: 'Enter', keyCode: 13 });
  await field.evaluate((it) => {
    const made = { bubbles: true, cancelable: true, key: 'Enter', keyCode: 13 };
    it.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: 'ほん' }));
    it.dispatchEvent(new KeyboardEvent('keydown', made));
    it.dispatchEvent(new KeyboardEvent('keyup', made));
  });
  await field.press('End');
  await field.pressSequentially('ご');
  await field.press('Enter');
  const post = ada.at('post', { 'data-sent': 'sent' });
  await post.first().waitFor();
  assert.deepEqual((await ada.state()).posts.map((it) => it.text), ['にほんご'], 'one post, and the whole word');

  // A composition that a click ended takes no Enter away that comes after another key.
  await key(field, 'compositionend', { data: '' });
  await field.pressSequentially('next');
  await field.press('Enter');
  await ada.until('the next one', async () => (await ada.at('post').count()) === 2);

  const focused = () => ada.page.evaluate(() => document.activeElement?.dataset?.testid ?? null);
  const leave = () => ada.page.evaluate(() => document.activeElement?.blur());
  const body = ada.page.locator('body');
  for (const [layout, init] of Object.entries({
    Russian: { key: 'т', code: 'KeyN' },
    Greek: { key: 'ν', code: 'KeyN' },
    Hebrew: { key: 'מ', code: 'KeyN' },
    Dvorak: { key: 'n', code: 'KeyL' },
  })) {
    await leave();
    await key(body, 'keydown', init);
    await ada.until(`${layout}: writing`, async () => (await focused()) === 'composer-text');
    await key(body, 'keyup', init);
  }
  await leave();
  await key(body, 'keydown', { key: 'l', code: 'KeyN' });
  await ada.until('a Latin letter is meant, wherever it stands', () =>
    ada.at('view-loops').evaluate((it) => it.classList.contains('current')),
  );
  assert.equal(await focused(), null);

  await ada.view('view-settings');
  await ada.at('name-input').fill('Ada');
  await ada.at('strengths-input').fill('maps، listening，tea；songs、rope; knots');
  await ada.at('name-submit').click();
  await ada.until('each strength is one', async () => {
    const { people } = await ada.state();
    return people.some((it) => it.strengths.join() === 'maps,listening,tea,songs,rope,knots');
  });
});

scenario('tags are whole in every script, and follow an edit', async (world) => {
  const {
    tabs: [ada, ben],
  } = await world.room(['Ada', 'Ben']);
  const cid = await ada.compose('#हिन्दी #แฟชั่น (#release) ＃日本語 #cafe\u0301 see https://example.org/#part #42');
  await ben.has(cid);
  const tags = async (tab) => (await tab.state()).posts.find((it) => it.cid === cid).tags;
  assert.deepEqual(await tags(ben), ['हिन्दी', 'แฟชั่น', 'release', '日本語', 'café']);
  await ada.call('edit', cid, 'no longer that, but #עברית');
  await until('the tags are those of the new words', async () => (await tags(ben)).join() === 'עברית');
  await converged([ada, ben]);
});

scenario('on paper there is every post', async (world) => {
  const { ada } = await alone(world);
  await ada.page.evaluate(() => {
    const text = (at) => `post ${at}\n\nand what it says [in full](https://example.org/${at})`;
    return Promise.all(Array.from({ length: 100 }, (_, at) => window.paceline.post({ text: text(at) })));
  });
  const last = await ada.post('the last one');
  await ada.shownPost(last).waitFor();
  assert.ok((await ada.at('post').count()) < 101, 'on the screen not all are drawn');
  await ada.page.evaluate(() => {
    window.addEventListener('afterprint', () => {
      window.drawnOnPaper = document.querySelectorAll('.post').length;
    });
  });
  const pdf = (await ada.page.pdf({ format: 'A4' })).toString('latin1');
  const pages = pdf.match(/\/Type\s*\/Page\b/g).length;
  // A post takes three lines and some space; twenty fit on a page at most.
  assert.ok(pages >= 5, `101 posts are on ${pages} pages`);
  assert.equal(await ada.page.evaluate(() => window.drawnOnPaper), 101);
  await ada.until('afterwards the screen is as it was', async () => (await ada.at('post').count()) < 101);

  await ada.page.emulateMedia({ media: 'print' });
  await ada.until('all are drawn', async () => (await ada.at('post').count()) === 101);
  const [bottom, height] = await ada.page.evaluate(() => [
    [...document.querySelectorAll('.post')].at(-1).getBoundingClientRect().bottom + window.scrollY,
    document.documentElement.scrollHeight,
  ]);
  assert.ok(bottom <= height + 1 && height > 5_000, `the last post ends at ${bottom} of ${height}`);
  assert.equal(await ada.at('composer-text').isVisible(), false);
  await world.picture('reading on paper', ada);
});

for (const [size, viewport] of Object.entries({ wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } })) {
  scenario(`text of twice the size is not cut: ${size}`, async (world) => {
    const context = await world.browser({ viewport, colorScheme: 'light' });
    const {
      tabs: [ada, ben],
    } = await world.room(['Ada', 'Ben'], { context, title: 'Crew of the bridge', form: 'stand-up' });
    const cid = await ada.post('The bridge carries **forty** tonnes, says the plate at the north end.');
    await ben.has(cid);
    await ben.call('feedback', { target: cid, stance: 'question', text: 'Which plate?' });
    await ben.post('At the south end it says twenty', { replyTo: cid });
    const baton = await ada.call('baton.open', { title: 'Facilitator of the day' });
    await ada.call('baton.take', baton);
    await ada.at('loop').first().waitFor();
    await ada.page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
    const cut = () =>
      ada.page.evaluate(() => {
        const out = [];
        if (document.documentElement.scrollWidth > innerWidth) out.push(`the page is ${document.documentElement.scrollWidth} wide`);
        for (const it of document.querySelectorAll('.reading, .side, .view, .said-here, .views, .room-head, .post, .writing')) {
          if (it.scrollWidth > it.clientWidth + 1) out.push(`${it.className}: ${it.scrollWidth} > ${it.clientWidth}`);
        }
        const strip = (it) => it.closest('.batons') && getComputedStyle(it.closest('.batons')).overflowX === 'auto';
        for (const it of document.querySelectorAll('.tab, button, h1, .post-author, .post-text, textarea, select, .connection p, label')) {
          const box = it.getBoundingClientRect();
          const style = getComputedStyle(it);
          if (box.width === 0 || style.clipPath !== 'none' || it.closest('.visually-hidden, .skip') || strip(it)) continue;
          const name = `${it.className || it.tagName} "${it.textContent.slice(0, 20)}"`;
          if (box.right > innerWidth + 1 || box.left < -1) out.push(`${name} from ${box.left} to ${box.right}`);
          if (it.matches('button, .tab') && it.scrollWidth > it.clientWidth + 1) out.push(`${name} is cut`);
        }
        return out;
      });
    for (const view of ['view-about', 'view-loops', 'view-network', 'view-settings']) {
      await ada.view(view);
      await ada.until(`nothing is cut in ${view}`, async () => (await cut()).length === 0, 3_000).catch(() => {});
      assert.deepEqual(await cut(), [], view);
      await world.picture(`reading large ${size} ${view}`, ada);
    }
    if (await ada.at('tab-talk').isVisible()) await ada.view('tab-talk');
    assert.deepEqual(await cut(), []);
    const stream = await ada.page.locator('.reading').boundingBox();
    assert.ok(stream.height >= 200 && stream.width >= 300, `the stream is ${stream.width} by ${stream.height}`);
    await world.picture(`reading large ${size} light`, ada);
    await ada.page.emulateMedia({ colorScheme: 'dark' });
    await world.picture(`reading large ${size} dark`, ada);
  });
}

scenario('what comes and what is sent asks for no layout but in a frame, which is laid out anyway', async (world) => {
  const { tabs } = await world.room(['Ada', 'Ben']);
  const [ada, ben] = tabs;
  const first = await ada.post('the first of many');
  for (let nth = 0; nth < 30; nth += 1) await ben.post(`long ago, ${nth}`);
  await converged(tabs);
  for (const tab of tabs) {
    await tab.page.evaluate(() => {
      window.asked = { within: 0, beside: [] };
      let framing = false;
      const request = window.requestAnimationFrame;
      window.requestAnimationFrame = (call) =>
        request((at) => {
          framing = true;
          try {
            call(at);
          } finally {
            framing = false;
          }
        });
      const note = (name) => {
        if (framing || window.event?.type === 'scroll') window.asked.within += 1;
        else window.asked.beside.push(`${name} ${new Error().stack}`);
      };
      const watch = (of, name) => {
        const before = Object.getOwnPropertyDescriptor(of, name);
        const read = before.get ?? before.value;
        const watched = function (...values) {
          note(name);
          return read.apply(this, values);
        };
        Object.defineProperty(of, name, { ...before, ...(before.get ? { get: watched } : { value: watched }) });
      };
      for (const name of ['scrollHeight', 'scrollTop', 'clientHeight', 'getBoundingClientRect']) watch(Element.prototype, name);
      for (const name of ['offsetHeight', 'offsetTop']) watch(HTMLElement.prototype, name);
    });
  }
  for (let nth = 0; nth < 5; nth += 1) {
    const said = await ada.call('post', { text: `an answer, ${nth}`, replyTo: first });
    await ben.has(said);
    await ben.compose(`typed, ${nth}`);
    await ben.call('feedback', { target: said, stance: 'appreciate' });
  }
  await ben.page.locator('[data-testid="answers-above"]').first().waitFor();
  await converged(tabs);
  for (const tab of tabs) {
    const { within, beside } = await tab.page.evaluate(() => window.asked);
    assert.deepEqual(beside, [], tab.name);
    assert.ok(within > 0, 'it was watched');
  }
});
