import assert from "node:assert/strict";
import type { BackendCapabilities } from "../capabilities/index.js";
import type { TestDefinition } from "./test-definition.js";

const methodsOf: Record<keyof BackendCapabilities, readonly string[]> = {
  entryIndex: ["keys", "deleteBlob"],
  persistent: [],
  tags: ["tags", "taggedKeys", "deleteTagged"],
  leases: ["acquireLease", "renewLease", "releaseLease", "readLease"],
  transactions: ["transaction"],
  counters: ["addToCounters", "readCounters"],
  streams: ["setBlobStream"],
  sizeLimit: ["volume", "cull"],
};

/** What the backend says of itself. */
export const declarationTests: readonly TestDefinition[] = [
  {
    name: "the backend has the five methods",
    brief: true,
    async run({ backend }) {
      expectMethods(backend, ["getMeta", "setMeta", "getBlob", "setBlob", "clear"], "a backend");
    },
  },
  {
    name: "the backend declares the capabilities it is held to, and has their methods",
    brief: true,
    async run({ backend, options }) {
      const capabilities = Object.keys(methodsOf) as (keyof BackendCapabilities)[];
      for (const capability of capabilities) {
        const declared = backend.supports?.[capability] === true;
        const wanted = options.capabilities?.[capability];
        if (wanted !== undefined) {
          assert.equal(
            declared,
            wanted,
            `the backend ${declared ? "declares" : "does not declare"} '${capability}' in 'supports'`,
          );
        }
        if (declared) expectMethods(backend, methodsOf[capability], `a backend that declares '${capability}'`);
      }
    },
  },
  {
    name: "each codec the backend brings has a name of its own, and accepts, encodes and decodes",
    async run({ backend }) {
      const names = (backend.codecs ?? []).map((codec) => codec.name);
      assert.ok(
        names.every((name) => typeof name === "string" && name !== ""),
        "a codec has no name",
      );
      assert.equal(new Set(names).size, names.length, `two codecs have one name: ${names.join(", ")}`);
      for (const codec of backend.codecs ?? []) expectMethods(codec, ["accepts", "encode", "decode"], `a codec`);
    },
  },
];

function expectMethods(of: object, methods: readonly string[], what: string): void {
  const missing = methods.filter((method) => typeof (of as Record<string, unknown>)[method] !== "function");
  assert.deepEqual(missing, [], `${what} has these methods`);
}
