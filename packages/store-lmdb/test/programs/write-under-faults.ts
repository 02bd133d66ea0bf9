// Writes, reads and deletes while system calls fail; every value read must be one that was written. Prints what each key may hold.
import { LarderError } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { randomNumbers, readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";

const [directory, seed, rounds] = process.argv.slice(2);

async function main(): Promise<void> {
  process.on("unhandledRejection", (error) => {
    console.error("unhandled", error);
    process.exit(2);
  });
  const next = randomNumbers(Number(seed));
  const sizes = [20, 2_000, 70_000, 150_000];
  const codes = new Set<string>();
  const warnings = new Set<string>();
  /** By key, the seeds of the values that it may hold; 0 for none. */
  const allowed = new Map<string, number[]>();
  let acknowledged = 0;
  let failed = 0;
  const backend = new LmdbBackend({
    directory: directory!,
    onEvent: (event) => event.type === "warning" && warnings.add(event.code),
  });
  for (let round = 1; round <= Number(rounds); round++) {
    const key = `key ${Math.floor(next() * 8)}`;
    const before = allowed.get(key) ?? [0];
    const remove = next() < 0.2;
    const size = sizes[round % 4]!;
    const wanted = remove ? 0 : round;
    try {
      if (remove) await backend.deleteBlob(key);
      else await backend.setBlob(key, await sampleBlob(sampleBytes(size, round), { details: { round } }));
      allowed.set(key, [wanted]);
      acknowledged++;
    } catch (error) {
      codes.add(LarderError.isInstance(error) ? error.code : String(error));
      // What failed on its way to the disk may have come to pass.
      allowed.set(key, [...before, wanted]);
      failed++;
    }
    const other = `key ${Math.floor(next() * 8)}`;
    try {
      const stored = await backend.getBlob(other);
      const of = (stored?.record.details?.round as number | undefined) ?? 0;
      if (of === 0) continue;
      if (!(allowed.get(other) ?? [0]).includes(of)) throw new Error(`${other} holds ${of}`);
      const bytes = await stored!.source.slice(0);
      if (Buffer.compare(bytes, sampleBytes(bytes.byteLength, of)) !== 0) throw new Error(`${other} holds wrong bytes`);
      await stored!.close?.();
    } catch (error) {
      if (!LarderError.isInstance(error)) throw error;
      codes.add(error.code);
    }
  }
  await readBytes(backend, "absent").catch(() => undefined);
  await backend
    .close()
    .catch((error: unknown) => codes.add(LarderError.isInstance(error) ? error.code : String(error)));
  console.log(
    JSON.stringify({ allowed: [...allowed], acknowledged, failed, codes: [...codes], warnings: [...warnings] }),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
