// Looking into, and spoiling, what the page stored: run in a page of the same origin.

/** How many records of all databases of this origin hold these words, as text or as bytes. */
export function recordsWith(page, words) {
  return page.evaluate(async (words) => {
    const needle = new TextEncoder().encode(words);
    const holds = (value) => {
      if (typeof value === 'string') return value.includes(words);
      if (value instanceof ArrayBuffer) return holds(new Uint8Array(value));
      if (ArrayBuffer.isView(value)) {
        const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
        for (let at = 0; at + needle.length <= bytes.length; at += 1) {
          if (needle.every((byte, offset) => bytes[at + offset] === byte)) return true;
        }
        return false;
      }
      if (value instanceof Map) return [...value].some(([key, one]) => holds(key) || holds(one));
      if (value && typeof value === 'object' && !(value instanceof CryptoKey)) return Object.values(value).some(holds);
      return false;
    };
    const finished = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    let found = 0;
    for (const { name } of await indexedDB.databases()) {
      const database = await finished(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const records = await finished(database.transaction(store).objectStore(store).getAll());
        found += records.filter(holds).length;
      }
      database.close();
    }
    return found;
  }, words);
}

/**
 * Flips one byte in every record that holds these words, in all databases or in those whose name holds `of`; returns how
 * many it changed.
 */
export function corruptRecordsWith(page, words, of = '') {
  return page.evaluate(async ([words, of]) => {
    const needle = new TextEncoder().encode(words);
    const spoil = (value) => {
      if (value instanceof ArrayBuffer) return spoil(new Uint8Array(value));
      if (ArrayBuffer.isView(value)) {
        const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
        for (let at = 0; at + needle.length <= bytes.length; at += 1) {
          if (needle.every((byte, offset) => bytes[at + offset] === byte)) {
            bytes[at] ^= 1;
            return true;
          }
        }
        return false;
      }
      if (value && typeof value === 'object' && !(value instanceof CryptoKey))
        return Object.values(value).map(spoil).some(Boolean);
      return false;
    };
    let changed = 0;
    const finished = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    for (const { name } of await indexedDB.databases()) {
      if (!name.includes(of)) continue;
      const database = await finished(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const transaction = database.transaction(store, 'readwrite');
        const done = new Promise((resolve, reject) => {
          transaction.oncomplete = resolve;
          transaction.onerror = () => reject(transaction.error);
        });
        const request = transaction.objectStore(store).openCursor();
        request.onsuccess = () => {
          const cursor = request.result;
          if (!cursor) return;
          const { value } = cursor;
          if (spoil(value)) {
            changed += 1;
            cursor.update(value);
          }
          cursor.continue();
        };
        await done;
      }
      database.close();
    }
    return changed;
  }, [words, of]);
}

/** Everything that is stored, or what is stored in databases whose name holds `of`: names, versions, keys and values as text. */
export function contents(page, of = '') {
  return page.evaluate(async (of) => {
    const finished = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const plain = (value) => {
      if (value instanceof ArrayBuffer) return plain(new Uint8Array(value));
      if (ArrayBuffer.isView(value))
        return `bytes ${Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)).join(' ')}`;
      if (value instanceof Map) return [...value].map(plain);
      if (Array.isArray(value)) return value.map(plain);
      if (value && typeof value === 'object') return Object.entries(value).map(plain);
      return `${typeof value} ${String(value)}`;
    };
    const all = [];
    for (const { name, version } of await indexedDB.databases()) {
      if (!name.includes(of)) continue;
      const database = await finished(indexedDB.open(name));
      for (const store of [...database.objectStoreNames].sort()) {
        const records = database.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([finished(records.getAllKeys()), finished(records.getAll())]);
        all.push(JSON.stringify([name, version, store, plain(keys), plain(values)]));
      }
      database.close();
    }
    return all.sort();
  }, of);
}

/** Raises the version of every database whose name holds `of`, as a build from the future would; returns how many. */
export function makeNewer(page, of = '') {
  return page.evaluate(async (of) => {
    const databases = (await indexedDB.databases()).filter(({ name }) => name.includes(of));
    for (const { name, version } of databases) {
      await new Promise((resolve, reject) => {
        const request = indexedDB.open(name, version + 1000);
        request.onsuccess = () => resolve(request.result.close());
        request.onerror = () => reject(request.error);
        request.onblocked = () => reject(new Error(`${name} is still open`));
      });
    }
    return databases.length;
  }, of);
}

/** Makes a node's key look as if it had last been used so many days ago. */
export function lastUsed(page, node, days) {
  return page.evaluate(
    async ([node, used]) => {
      const registry = (await indexedDB.databases()).find(({ name }) => name.startsWith('paceline registry '));
      const finished = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await finished(indexedDB.open(registry.name));
      const records = database.transaction('records', 'readwrite').objectStore('records');
      const record = JSON.parse(await finished(records.get(`key/${node}`)));
      await finished(records.put(JSON.stringify({ ...record, used }), `key/${node}`));
      database.close();
    },
    [node, Date.now() - days * 24 * 3_600_000],
  );
}

/** Whether this node has a database in this browser. */
export function hasDatabase(page, node) {
  return page.evaluate(async (node) => (await indexedDB.databases()).some(({ name }) => name.endsWith(node)), node);
}

/** All databases of this origin as JSON can hold them: names, versions, stores without keys of their own, bytes as base64. */
export function dump(page) {
  return page.evaluate(async () => {
    const finished = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const plain = (value) => {
      if (!(value instanceof Uint8Array)) return value;
      return { bytes: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join('')) };
    };
    const all = [];
    for (const { name, version } of await indexedDB.databases()) {
      const database = await finished(indexedDB.open(name));
      const stores = [];
      for (const store of database.objectStoreNames) {
        const records = database.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([finished(records.getAllKeys()), finished(records.getAll())]);
        stores.push({ name: store, records: keys.map((key, at) => [key, plain(values[at])]) });
      }
      database.close();
      all.push({ name, version, stores });
    }
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

/** Writes what `dump` gave into this origin, at the versions it had there. */
export function restore(page, databases) {
  return page.evaluate(async (databases) => {
    for (const { name, version, stores } of databases) {
      await new Promise((resolve, reject) => {
        const request = indexedDB.open(name, version);
        request.onerror = () => reject(request.error);
        request.onblocked = () => reject(new Error(`${name} is still open`));
        request.onupgradeneeded = () => {
          for (const store of stores) {
            const records = request.result.createObjectStore(store.name);
            for (const [key, value] of store.records) {
              const bytes = value?.bytes && Uint8Array.from(atob(value.bytes), (letter) => letter.charCodeAt(0));
              records.put(bytes ?? value, key);
            }
          }
        };
        request.onsuccess = () => resolve(request.result.close());
      });
    }
  }, databases);
}
