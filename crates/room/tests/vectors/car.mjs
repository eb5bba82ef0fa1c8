// Makes golden.car of the golden room in events.json with the IPLD project's own implementation.
// npm install @ipld/car @ipld/dag-cbor multiformats; node car.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { CarReader, CarWriter } from "@ipld/car";
import * as dagCbor from "@ipld/dag-cbor";
import { CID } from "multiformats/cid";

const golden = JSON.parse(readFileSync(new URL("events.json", import.meta.url)));
const bytes = (it) => ({ cid: CID.parse(it.cid), bytes: new Uint8Array(Buffer.from(it.block, "hex")) });
const events = golden.events.map((it) => ({ ...bytes(it), event: dagCbor.decode(bytes(it).bytes) }));
const room = events[0].cid;
// What other tools can read is what counts: all numbers of an event are exact in JavaScript.
for (const { event } of events) for (const field of ["v", "seq", "depth", "at"]) if (!Number.isSafeInteger(event[field])) throw field;

const chain = events.filter(({ event }) => event.seq > 0 || "room-founded" in event.body || "introduced" in event.body);
const inOrder = (a, b) => a.event.depth - b.event.depth || Buffer.compare(a.cid.bytes, b.cid.bytes);
chain.sort(inOrder);
const named = new Set(chain.flatMap(({ event }) => [event.prev, ...(event.parents ?? [])].filter(Boolean).map(String)));
const tips = chain.filter(({ cid }) => !named.has(String(cid)) && !cid.equals(room));
const { writer, out } = CarWriter.create([room, ...tips.map(({ cid }) => cid)]);
const written = new Set();
const done = (async () => {
  const parts = [];
  for await (const part of out) parts.push(part);
  return Buffer.concat(parts);
})();
for (const it of chain) {
  await writer.put(it);
  const words = Object.values(it.event.body)[0].words;
  const block = words && !written.has(String(words)) && golden.words.find((other) => other.cid === String(words));
  if (block) {
    written.add(String(words));
    await writer.put(bytes(block));
  }
}
await writer.close();
const file = await done;
const back = await CarReader.fromBytes(file);
if (String((await back.getRoots())[0]) !== String(room)) throw "root";
writeFileSync(new URL("golden.car", import.meta.url), file);
