// Run in a process of its own: makes the native package fail to load, then digests with what is left.
import Module from "node:module";

const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
const load = loader._load;
loader._load = function (request, ...rest) {
  if (request === "@napi-rs/blake-hash") throw new Error("no native code for this platform");
  return load.call(this, request, ...rest);
};

const main = async () => {
  const { contentDigest } = await import("@larder/core");
  const { native } = await import("../../src/digest/blake3.js");
  const digest = contentDigest(Uint8Array.from({ length: 5000 }, (_, index) => index % 251));
  console.log(JSON.stringify({ native: native !== undefined, digest }));
};
void main();
