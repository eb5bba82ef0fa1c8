// Notes of a retro.
export const HIDDEN = ['the build is fast', 'reviews take days', 'pair on reviews', 'slow reviews again'];

export async function note(tab, sort, text, press = (it) => it.click()) {
  if (sort) await press(tab.at('note-sort').filter({ hasText: sort }));
  await tab.at('round-answer').fill(text);
  await press(tab.at('round-answer-submit'));
  await tab.at('note-own').filter({ hasText: text }).waitFor();
  if (sort) await press(tab.at('note-sort').filter({ hasText: sort }));
}

export const group = (tab, text) => tab.at('note').filter({ hasText: text });
