import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LarderError } from "@larder/core";
import type { ServerCounts } from "./folio-protocol.js";

/** A folder that is served by a process of its own. */
export interface ServedFolio {
  /** The same after a stop and a start. */
  readonly url: string;
  readonly processId: number;
  /** What the server was asked since the last call. */
  counts(): Promise<ServerCounts>;
  start(): Promise<void>;
  /** Ends the process. */
  stop(): Promise<void>;
}

/** Serves a folder on a free port of this machine. @throws LarderError `server-died` */
export async function serveFolio(folder: string): Promise<ServedFolio> {
  let port = 0;
  let child: ChildProcess | undefined;
  const start = async () => {
    child = startServer(folder, port);
    ({ port } = (await nextMessage(child)) as { readonly port: number });
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    get processId() {
      return child?.pid ?? -1;
    },
    async counts() {
      if (child === undefined) return { requests: 0, bytes: 0 };
      const answer = nextMessage(child);
      child.send("counts");
      return ((await answer) as { readonly counts: ServerCounts }).counts;
    },
    start,
    async stop() {
      const stopping = child;
      child = undefined;
      if (stopping === undefined || stopping.exitCode !== null || stopping.signalCode !== null) return;
      const closed = new Promise((resolve) => stopping.once("close", resolve));
      stopping.kill("SIGKILL");
      await closed;
    },
  };
}

function startServer(folder: string, port: number): ChildProcess {
  const fromSource = import.meta.url.endsWith(".ts");
  const entry = fileURLToPath(new URL(fromSource ? "./folio-server.ts" : "./folio-server.js", import.meta.url));
  const loader = fromSource ? ["--conditions=larder-source", "--import", import.meta.resolve("tsx")] : [];
  return spawn(process.execPath, [...loader, entry, folder, String(port)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const died = () => {
      reject(
        new LarderError(`The process that serves the folio (${child.pid}) ended. Run the demo again.`, {
          code: "server-died",
          facts: { processId: child.pid, exitCode: child.exitCode, signal: child.signalCode },
        }),
      );
    };
    child.once("error", died).once("close", died);
    child.once("message", (message) => {
      child.off("error", died).off("close", died);
      resolve(message);
    });
  });
}
