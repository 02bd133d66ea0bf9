import { readFile } from "node:fs/promises";
import { LarderError } from "@larder/core";
import { contentChanged, readSha256, sha256OfBytes } from "../files/sha256.js";
import type { ExtractInput, ExtractSource } from "./extract-types.js";

/** What an extractor is handed, and the check of whatever it has read by itself. */
export interface CheckedInput {
  readonly input: ExtractInput;
  /** To be called when the extractor is done. @throws LarderError `content-changed` unless the content was what `sha256` says */
  check(): Promise<void>;
}

/** A result is stored under the digest of the content, so it must have been made of that content and of no later one. */
export function checkedInput(kind: string, sha256: string, source: ExtractSource, signal: AbortSignal): CheckedInput {
  const { file, bytes } = source;
  let reading: Promise<Uint8Array> | undefined;

  async function read(): Promise<Uint8Array> {
    const found = bytes ?? (await readFile(neededFile(kind, sha256, file), { signal }));
    if (sha256OfBytes(found) === sha256) return found;
    throw contentChanged(file ?? "the bytes given", `its SHA-256 is not ${sha256}`);
  }

  const content = () => {
    reading ??= read();
    return reading;
  };

  return {
    input: {
      kind,
      sha256,
      file,
      signal,
      bytes: content,
      text: async () => new TextDecoder().decode(await content()),
    },
    async check() {
      if (reading !== undefined || bytes !== undefined) {
        await content();
      } else if (file !== undefined) {
        const now = await readSha256(file, signal);
        if (now.sha256 !== sha256) throw contentChanged(file, `its SHA-256 is ${now.sha256}, no longer ${sha256}`);
      }
    },
  };
}

function neededFile(kind: string, sha256: string, file: string | undefined): string {
  if (file !== undefined) return file;
  throw new LarderError(
    `The ${kind} of the content ${sha256} is not in the cache, and neither its file nor its bytes were given. Give one of them.`,
    { code: "content-needed", facts: { kind, sha256 } },
  );
}
