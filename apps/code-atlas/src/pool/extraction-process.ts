import { setMaxListeners } from "node:events";
import { LarderError } from "@larder/core";
import type { RuntimeProfile } from "@larder/disk-cache";
import type { ExtractCache } from "@larder/typed-caches";
import { wordsOf } from "../error-words.js";
import { extractorOf, extractSettings } from "../extract-settings.js";
import { extractorVersion } from "../extractor-version.js";
import { atlasProfile, openExtracts } from "./open-extracts.js";
import type { FileFailure, FromProcess, PoolFile, StartMessage, ToProcess } from "./pool-protocol.js";

/**
 * A process that extracts the files it is handed, into a cache that others share. It ends when it is told to, and when whoever
 * started it is gone; Ctrl-C goes to both, and it is for the other one to say what becomes of it.
 */
const stopped = new AbortController();
let work: Promise<void> = Promise.resolve();
let opened: { profile: RuntimeProfile; extracts: ExtractCache; repository: string } | undefined;

/** Files at the same time: while one is stored, or extracted elsewhere, there is another to do. */
const atOnce = 16;
setMaxListeners(2 * atOnce, stopped.signal);

function send(message: FromProcess): void {
  // Nobody may be there any more.
  if (process.connected) process.send!(message, () => {});
}

async function start(message: StartMessage): Promise<void> {
  if (extractorVersion() !== message.extractor) {
    throw new LarderError("The code of the atlas has changed since it was started. Start it again.", {
      code: "extractor-changed",
    });
  }
  const profile = atlasProfile(message.cacheDirectory);
  opened = { profile, extracts: openExtracts(profile), repository: message.repository };
  await opened.extracts.cache();
  send({ type: "ready" });
}

async function extract(files: readonly PoolFile[]): Promise<void> {
  const { extracts, repository } = opened!;
  const sources = files.map((file) => ({ ...file, file: file.path }));
  const onExtract = (size: number) => send({ type: "extracting", size });
  const settings = { ...extractSettings(files[0]!.path, repository), signal: stopped.signal, concurrency: atOnce };
  const outcomes = await extracts.extractMany(sources, settings, extractorOf(files[0]!.path, onExtract));
  const failures = outcomes.flatMap((outcome): FileFailure[] =>
    outcome.ok ? [] : [{ path: outcome.source.path, sha256: outcome.source.sha256, ...wordsOf(outcome.error) }],
  );
  send({ type: "done", failures });
}

/** Ends this process, after what it is at; what waits for others is given up. */
function end(): void {
  if (stopped.signal.aborted) return;
  stopped.abort(new LarderError("The atlas was stopped.", { code: "stopped" }));
  work = work
    .then(() => opened?.profile.close())
    .catch(() => {})
    .finally(() => process.exit());
}

process.on("message", (message: ToProcess) => {
  if (message.type === "end") return end();
  work = work
    .then(() => {
      if (stopped.signal.aborted) return;
      return message.type === "start" ? start(message) : extract(message.files);
    })
    .catch((error: unknown) => {
      if (stopped.signal.aborted) return;
      send({ type: "refused", ...wordsOf(error) });
      end();
    });
});
process.on("disconnect", end);
process.on("SIGINT", () => {});
process.on("SIGTERM", end);
process.stderr.on("error", () => {});
