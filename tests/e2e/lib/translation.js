// What a browser's translation does to the page, and what the page must not do because of it.

/**
 * In every tab of every test: a text node that was on the page before is never written to, taken out of what stays, or used as a
 * mark to place something before. A translation would have put something else in its place, and the old words would stay, or
 * the page would break. What is marked `translate="no"` is left alone by translations, and may be patched.
 */
export function watchTexts() {
  const known = new WeakSet();
  const isText = (node) => node?.nodeType === Node.TEXT_NODE;
  // Before the page runs the shell stands in the body, which the page then clears.
  const isExempt = (element) =>
    element === document.body || !element.isConnected || element.closest('[translate=no], [data-testid=shell], textarea, title');
  const remember = (node) => {
    if (isText(node)) known.add(node);
    for (const child of node.childNodes) remember(child);
  };
  const tell = (what, text, element) => {
    const { tagName, className } = element;
    console.error(`a text that changes is no element of its own: ${what} "${text.data}" in <${tagName} class="${className}">`);
  };
  new MutationObserver((records) => {
    if (!document.querySelector('meta[name="paceline-parts"]')) return; // a page of the tests, or an older one
    for (const { type, target, addedNodes, removedNodes, nextSibling, oldValue } of records) {
      const element = isText(target) ? target.parentElement : target;
      if (!element?.closest || isExempt(element)) continue;
      if (type === 'characterData') {
        if (known.has(target) && oldValue !== target.data) tell(`written to ("${oldValue}" before)`, target, element);
        continue;
      }
      if (addedNodes[0]?.tagName === 'FONT') continue; // the translation itself
      for (const node of removedNodes) if (known.has(node) && node.data) tell('taken out', node, element);
      if (addedNodes.length > 0 && known.has(nextSibling)) tell('a mark to place something before', nextSibling, element);
    }
    // What was made in one go, a translation sees as a whole.
    for (const { addedNodes } of records) for (const node of addedNodes) remember(node);
  }).observe(document, { subtree: true, childList: true, characterData: true, characterDataOldValue: true });
}

/** Puts what a translation puts in the place of every text that is not marked otherwise: two `<font>` and other words. */
export function translate(tab) {
  return tab.page.evaluate(() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walk.nextNode()) texts.push(walk.currentNode);
    let swapped = 0;
    for (const text of texts) {
      const element = text.parentElement;
      if (element.closest('[translate=no], .notranslate, textarea, noscript') || element.closest('font')) continue;
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      outer.append(inner);
      inner.textContent = text.data.trim() ? `«${text.data}»` : text.data;
      text.replaceWith(outer);
      swapped += 1;
    }
    return swapped;
  });
}
