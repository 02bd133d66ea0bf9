// One store with very many keys. Options: { directory, name, step, keys, tagged }.
// step: "fill" writes them, of which `tagged` have the tag `one`; "open" times opening and one hit; "evict" times the eviction of that tag.
import { printSamples } from "../print-samples.mjs";
import { contenders } from "./contenders.mjs";
import { keyOf, makeValue } from "./sample-values.mjs";

async function main() {
  const { directory, name, step, keys, tagged } = JSON.parse(process.argv[2]);
  const started = performance.now();
  const store = await contenders[name](directory);
  const every = Math.floor(keys / tagged);
  if (step === "fill") {
    for (let at = 0; at < keys; at += 1000) {
      const triples = Array.from({ length: Math.min(1000, keys - at) }, (_, i) => {
        const index = at + i;
        // The rest have tags too, as in an application where everything has one.
        return [keyOf(index), makeValue(100, index), index % every === 0 ? "one" : `tag ${index % 1000}`];
      });
      if (store.setTagged !== undefined) await store.setTagged(triples);
      else await store.together(triples.map(([key, value]) => [key, value]));
    }
  } else if (step === "open") {
    const bytes = await store.get(keyOf(Math.floor(keys / 2)));
    if (bytes?.[0] !== 1) throw new Error(`${name} lost a key`);
  } else {
    await store.get(keyOf(1));
    const evicting = performance.now();
    const evicted = await store.evictTag("one");
    const milliseconds = performance.now() - evicting;
    if (evicted !== tagged) throw new Error(`${name} evicted ${evicted} entries of ${tagged}`);
    await store.close();
    printSamples({ [name]: [milliseconds] });
    return;
  }
  const milliseconds = performance.now() - started;
  await store.close();
  printSamples({ [name]: [milliseconds] });
}

main();
