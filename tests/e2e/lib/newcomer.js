// Members who write by other means than the page's own, and how what they wrote gets into a tab.
import { randomBytes } from 'node:crypto';
import { Author, eventsIn, readCar, tips, writeCar } from '../../fixtures/events.js';

/** A tab's room as `{ root, blocks }`. */
export const exported = async (tab) => {
  const text = await tab.page.evaluate(async () => {
    const bytes = await window.paceline.exportCar();
    const pieces = [];
    for (let at = 0; at < bytes.length; at += 0x8000) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
    return btoa(pieces.join(''));
  });
  return readCar(Buffer.from(text, 'base64'));
};
/** Gives a tab a file of events; what it says it did with them. */
export const take = (tab, car) =>
  tab.page.evaluate((text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return window.paceline.importCar(bytes);
  }, car.toString('base64'));

/** Somebody who goes on with the room as it is in this file, with whatever no page would write. */
export function newcomer({ root, blocks }) {
  const author = new Author(randomBytes(32), root);
  const before = tips(eventsIn(blocks));
  const [, founding] = blocks.find(([link]) => String(link) === String(root));
  let prev;
  let seq = -1;
  const all = [];
  return {
    author,
    all,
    /** What was written since the last one, as a file: the founding event stands in every one. */
    car: () => writeCar(root, [founding, ...all.splice(0)]),
    write(at, kind, content, text) {
      seq += 1;
      const words = text === undefined ? undefined : author.words(seq, text);
      const body = { [kind]: words ? { ...content, words: words.link } : content };
      const event = author.event({ prev, parents: prev ? [] : before, seq, at, body });
      prev = event;
      all.push(event.block, ...(words ? [words.block] : []));
      return { cid: String(event.link), link: event.link, words: words && String(words.link) };
    },
  };
}
