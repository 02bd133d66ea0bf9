import { LarderError } from "@larder/core";
import { openRemote } from "../../../src/index.js";

/** Adds 1 to a number in an object, so often, by compare and swap. Arguments: folder, times. Prints how often it was too late. */
const [folder, times] = process.argv.slice(2) as [string, string];
const storage = await openRemote(folder);
process.stdout.write("begun\n");
let conflicts = 0;
for (let done = 0; done < Number(times); ) {
  const read = await storage.read("count");
  let text = "0";
  if (read.status === "found") {
    const pieces: Uint8Array[] = [];
    for await (const piece of read.body) pieces.push(piece);
    text = Buffer.concat(pieces).toString();
  }
  const ifVersion = read.status === "found" ? (read.object.version ?? null) : null;
  try {
    // Always of the same length: that alone must not tell versions apart.
    const next = String(Number(text) + 1).padStart(8, "0");
    await storage.write!("count", { bytes: Buffer.from(next) }, { ifVersion });
    done++;
    process.stdout.write(`${next}\n`);
  } catch (error) {
    if (!LarderError.isInstance(error, "remote-conflict")) throw error;
    conflicts++;
  }
}
process.stdout.write(`conflicts ${conflicts}\n`);
