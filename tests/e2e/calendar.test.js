// Add to calendar: a file that a calendar reads, whatever the room is called, and that says what its link is.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { check } from './lib/axe.js';
import { scenario } from './lib/world.js';

/** A file of RFC 5545, read strictly: each line's name and its value, unescaped. */
function read(bytes) {
  for (const line of bytes.toString('latin1').split('\r\n')) {
    assert.ok(line.length <= 75, `${line.length} octets in a line`);
    assert.doesNotMatch(line, /[\r\n]/, 'a line ends with CRLF and nothing else');
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  assert.ok(text.endsWith('\r\n'));
  const lines = text.replaceAll('\r\n ', '').trimEnd().split('\r\n');
  const unescaped = (it) => it.replace(/\\(.)/g, (_, it) => (it === 'n' ? '\n' : it));
  return lines.map((line) => {
    assert.match(line, /^[A-Z-]+:/);
    const colon = line.indexOf(':');
    return [line.slice(0, colon), unescaped(line.slice(colon + 1))];
  });
}

async function save(tab) {
  const coming = tab.page.waitForEvent('download');
  await tab.at('calendar-save').click();
  const download = await coming;
  return { name: download.suggestedFilename(), lines: read(await readFile(await download.path())) };
}

const TITLE = 'Crew; of the 橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋橋, END:VEVENT \\n';

scenario('a meeting is added to a calendar, once or again and again, with the link as its key', async (world) => {
  const context = await world.browser({ timezoneId: 'Europe/Berlin', viewport: { width: 390, height: 844 } });
  const ada = await world.tab(context, 'Ada');
  const link = await ada.found({ title: TITLE });
  await ada.at('invite-open').first().click();
  await ada.at('calendar-open').click();
  await ada.at('calendar-save').scrollIntoViewIfNeeded();
  await check(ada, 'add to calendar');
  await world.picture('calendar phone', ada);
  assert.match(await ada.at('calendar-begins').inputValue(), /^\d{4}-\d\d-\d\dT\d\d:00$/, 'a full hour is proposed');
  assert.equal(await ada.at('calendar-minutes').inputValue(), '15');

  await ada.at('calendar-begins').fill('2027-07-03T09:30');
  const once = await save(ada);
  assert.match(once.name, /^Crew--of-the-橋+.*\.ics$/);
  assert.deepEqual(
    once.lines.map(([name]) => name),
    ['BEGIN', 'VERSION', 'PRODID', 'BEGIN', 'UID', 'DTSTAMP', 'DTSTART', 'DTEND', 'SUMMARY', 'DESCRIPTION', 'LOCATION', 'URL', 'END', 'END'],
  );
  const of = ({ lines }) => Object.fromEntries(lines);
  assert.deepEqual(
    [of(once).DTSTART, of(once).DTEND, of(once).SUMMARY, of(once).URL, of(once).LOCATION],
    ['20270703T073000Z', '20270703T074500Z', TITLE, link, link],
  );
  assert.match(of(once).DTSTAMP, /^\d{8}T\d{6}Z$/);
  assert.ok(of(once).DESCRIPTION.startsWith(`${link}\n\n`), 'where no address is shown it stands in the words');
  assert.match(of(once).DESCRIPTION, /the key to the room/);

  // A Saturday is no weekday: it begins on Monday.
  await ada.at('calendar-repeats').selectOption('weekdays');
  await ada.at('calendar-minutes').fill('480');
  const daily = of(await save(ada));
  assert.deepEqual(
    [daily.DTSTART, daily.DTEND, daily.RRULE],
    ['20270705T093000', '20270705T173000', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'],
  );
  assert.notEqual(daily.UID, of(once).UID);
  assert.equal(of(await save(ada)).UID, daily.UID, 'who adds it twice has it once');
  await ada.at('calendar-repeats').selectOption('weekly');
  assert.deepEqual([of(await save(ada)).DTSTART, of(await save(ada)).RRULE], ['20270703T093000', 'FREQ=WEEKLY']);
});
