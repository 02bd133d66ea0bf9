import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A process that reads one item. */
export interface ReadingProcess {
  readonly child: ChildProcess;
  /** Resolves once its folio is open. */
  readonly opened: Promise<void>;
  /** Resolves once it found that the item is not cached. */
  readonly missed: Promise<void>;
  /** Lets it read. */
  go(): void;
  /** The SHA-256 of what it got. @throws Error with what it complained of */
  readonly sha256: Promise<string>;
  readonly ended: Promise<void>;
}

export function readingProcess(url: string, directory: string, name: string): ReadingProcess {
  const file = fileURLToPath(new URL("./read-item.child.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=larder-source", "--import", "tsx", file, url, directory, name], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let [output, errors] = ["", ""];
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const printed = (line: string) =>
    new Promise<void>((resolve, reject) => {
      child.stdout.on("data", () => {
        if (output.split("\n").slice(0, -1).includes(line)) resolve();
      });
      void closed.then(() => reject(new Error(`It ended before it was so far: ${errors}`)));
    });
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
  });
  const [opened, missed] = [printed("open"), printed("miss")];
  const sha256 = closed.then(() => {
    const line = output.split("\n").find((found) => found.startsWith("{"));
    if (line === undefined) throw new Error(`It read nothing: ${errors}`);
    return (JSON.parse(line) as { sha256: string }).sha256;
  });
  // Of a process that is killed nobody asks.
  for (const promise of [opened, missed, sha256]) promise.catch(() => undefined);
  return { child, opened, missed, go: () => void child.stdin.write("go\n"), sha256, ended: closed };
}
