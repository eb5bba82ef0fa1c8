// Starts the page, and speaks where the page cannot: before it runs, when a part of it does not come, after it has broken.
// The words are those of index.html.
(() => {
  const { js, wasm, size } = document.querySelector('meta[name="paceline-parts"]').dataset;
  const address = (file) => new URL(file, document.baseURI).href;
  // Who is quick never sees the shell: drawing it would hold up what it waits for.
  const QUICK = 500;
  // The tab's icon comes when the page has nothing else to do, and is not thought of before that, in milliseconds.
  const ICON = 1_000;
  const root = document.documentElement;
  const show = () => delete root.dataset.quick;
  let picture;
  let forbidden = false;
  let over = false;
  const parsed = new Promise((done) => {
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', done, { once: true });
    else done();
  }).then(() => {
    picture = document.body.cloneNode(true);
  });

  try {
    const named = `paceline setting ${location.pathname.replace(/[^/]*$/, '')} theme`;
    const theme = localStorage.getItem(named) || localStorage.getItem('paceline.theme');
    root.dataset.theme = theme || 'auto';
  } catch {
    // A browser that keeps nothing has no choice to show.
  }

  root.dataset.quick = '';
  setTimeout(show, QUICK - performance.now());
  const icon = () => (document.querySelector('link[rel="icon"]').href = address('icon.svg'));
  setTimeout(() => (window.requestIdleCallback ?? setTimeout)(icon), ICON);

  /** Shows how much is here. Counted on a copy: what the browser compiled it keeps only for the answer itself. */
  async function count(response) {
    const plain = !response.headers.get('content-encoding');
    const total = Number(size || (plain && response.headers.get('content-length')));
    const reader = response.body.getReader();
    await parsed;
    const bar = document.querySelector('progress');
    for (let here = 0, part; !(part = await reader.read()).done; ) {
      here += part.value.length;
      if (total) bar.value = here / total;
      bar.nextElementSibling.textContent = `${here >> 10}${total ? ` / ${total >> 10}` : ''} KiB`;
    }
  }

  async function load(cache) {
    const [page, response] = await Promise.all([import(address(js)), fetch(address(wasm), { cache })]);
    if (!response.ok) throw Object.assign(new Error(`${wasm}: ${response.status}`), { told: 'page-refused' });
    // What is wrong with the copy is wrong with the answer, and told there.
    if (response.body) count(response.clone()).catch(() => {});
    await parsed;
    await page.default({ module_or_path: response });
  }

  function why(error) {
    if (error.told) return error.told;
    if (forbidden || /unsafe-eval|content security/i.test(error.message)) return 'wasm-forbidden';
    if (isBroken(error)) return 'page-ended';
    return error instanceof TypeError ? 'page-unreachable' : 'page-damaged';
  }

  const isTrap = (error) => error instanceof WebAssembly.RuntimeError;

  // What was thrown through the page's WebAssembly left it broken, since nothing is unwound there. An error with a code is the page's
  // answer to a script; a closure that is gone does not answer at all.
  function isBroken(error) {
    if (!error || typeof error.code === 'string' || /closure invoked/.test(error.message)) return false;
    return isTrap(error) || /wasm-function|\.wasm\b/.test(error.stack);
  }

  function watch(event, broken) {
    if (over) event.preventDefault();
    else if (broken) end('page-ended', event.error || event.reason);
  }

  /** Puts the first picture in the page's place, with what went wrong and what is being written. */
  function end(code, error) {
    if (over) return;
    over = true;
    show();
    const written = [...document.querySelectorAll('textarea:not([readonly])')].map((it) => it.value.trim()).filter(Boolean);
    // Nothing of it runs on: it would answer others from a broken state.
    for (const clock of ['setTimeout', 'setInterval', 'queueMicrotask', 'requestAnimationFrame']) window[clock] = () => 0;
    parsed.then(() => {
      // With the old body goes whatever listened to it.
      document.body = picture;
      const said = document.getElementById('shell').content.firstElementChild.cloneNode(true);
      const [kept, field, button, detail] = said.querySelectorAll('label, textarea, button, small');
      for (const notice of said.querySelectorAll('[data-code]')) if (notice.dataset.code !== code) notice.remove();
      field.value = written.join('\n\n');
      if (!field.value) kept.remove();
      detail.textContent = String(error ? error.message || error : '').slice(0, 200);
      button.onclick = () => location.reload();
      picture.querySelector('main').replaceChildren(said);
      said.focus();
    });
  }

  if (!window.WebAssembly) return end('no-webassembly');
  addEventListener('securitypolicyviolation', (event) => {
    forbidden = forbidden || event.blockedURI === 'wasm-eval';
  });
  addEventListener('error', (event) => watch(event, isBroken(event.error)));
  addEventListener('unhandledrejection', (event) => watch(event, isTrap(event.reason)));
  // The panic hook: whoever called into the page may catch what it throws.
  addEventListener('paceline:panic', (event) => end('page-ended', event.detail));
  for (const type of ['keydown', 'hashchange', 'popstate', 'visibilitychange', 'online', 'offline', 'storage'])
    addEventListener(type, (event) => over && event.stopImmediatePropagation(), true);

  load('default')
    .catch((error) => {
      // What this browser kept may be broken: once more, past its cache.
      if (!/unreachable|damaged/.test(why(error))) throw error;
      return load('reload');
    })
    .catch((error) => end(why(error), error));
})();
