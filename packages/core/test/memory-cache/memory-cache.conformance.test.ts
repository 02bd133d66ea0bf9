import { testBackend } from "../../src/conformance/index.js";
import { MemoryCache } from "../../src/index.js";

testBackend("MemoryCache", () => new MemoryCache(), { capabilities: { entryIndex: true } });
