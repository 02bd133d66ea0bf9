import assert from "node:assert/strict";
import type { NodeSignature } from "../node-signature.js";
import { expectBytes } from "./expectations.js";
import { oddNames } from "./key-tests.js";
import { sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

/** Signatures in, the same signatures out. */
export const signatureTests: readonly TestDefinition[] = [
  {
    name: "a node without a signature is undefined",
    brief: true,
    async run({ backend, nodeName }) {
      assert.equal(await backend.getMeta(nodeName("never set")), undefined);
    },
  },
  {
    name: "a signature comes back as it was stored, and the newest counts",
    brief: true,
    async run({ backend, nodeName }) {
      for (const seed of [1, 2, 3]) {
        const signature = signatureOf(nodeName("clean"), seed);
        await backend.setMeta(signature);
        assert.deepEqual({ ...(await backend.getMeta(nodeName("clean"))) }, signature);
      }
    },
  },
  {
    name: "names of nodes of every kind are kept apart",
    async run({ backend, nodeName }) {
      const names = Object.values(oddNames).flat();
      for (const [i, name] of names.entries()) await backend.setMeta(signatureOf(nodeName(name), i));
      for (const [i, name] of names.entries()) {
        const signature = await backend.getMeta(nodeName(name));
        assert.deepEqual({ ...signature }, signatureOf(nodeName(name), i), `the signature of ${JSON.stringify(name)}`);
      }
    },
  },
  {
    name: "a signature and a blob of the same name do not meet",
    brief: true,
    async run({ backend, put, read, key, nodeName }) {
      assert.equal(key("one name"), nodeName("one name"));
      await put("one name", sampleBytes(10));
      assert.equal(await backend.getMeta(nodeName("one name")), undefined, "a blob is found as a signature");
      await backend.setMeta(signatureOf(nodeName("one name"), 1));
      expectBytes((await read(key("one name"))).bytes, sampleBytes(10), "a blob with the name of a node");
      await backend.setMeta(signatureOf(nodeName("other name"), 1));
      assert.equal(await backend.getBlob(key("other name")), undefined, "a signature is found as a blob");
    },
  },
  {
    name: "writing to a signature, before or after, changes nothing that is stored",
    async run({ backend, nodeName }) {
      const signature = { ...signatureOf(nodeName("mutable"), 1) };
      const expected = { ...signature };
      await backend.setMeta(signature);
      signature.codeHash = "changed by its owner";
      const read = (await backend.getMeta(nodeName("mutable"))) as { codeHash: string };
      assert.deepEqual({ ...read }, expected);
      try {
        read.codeHash = "changed by its reader";
      } catch (error) {
        assert.ok(error instanceof TypeError); // frozen: as good
      }
      assert.deepEqual({ ...(await backend.getMeta(nodeName("mutable"))) }, expected);
    },
  },
];

function signatureOf(nodeName: string, seed: number): NodeSignature {
  const hash = (part: number) => Buffer.from(sampleBytes(32, seed * 10 + part)).toString("hex");
  return {
    nodeName,
    codeHash: hash(1),
    envHash: hash(2),
    inputsHash: hash(3),
    depsHash: seed === 2 ? "" : hash(4),
    timestamp: 1_700_000_000_000 + seed,
  };
}
