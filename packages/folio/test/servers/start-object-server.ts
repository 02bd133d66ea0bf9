import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Fault, ServedRequest } from "./fault.js";

/** The object server in a process of its own. */
export interface ObjectServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  put(path: string, content: Uint8Array | string): Promise<void>;
  remove(path: string): Promise<void>;
  requests(): Promise<readonly ServedRequest[]>;
  forget(): Promise<void>;
  /** @param plan.path - spoil only requests with this text in their path; `times`: only so many */
  spoil(plan: { readonly path?: string; readonly times?: number; readonly fault: Fault }): Promise<void>;
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it, and resolves once it listens. */
export async function startObjectServer(): Promise<ObjectServerProcess> {
  const file = fileURLToPath(new URL("./serve-objects.child.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=larder-source", "--import", "tsx", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout!.once("data", (data: Buffer) => resolve(Number(data.toString())));
    child.once("exit", (code) => reject(new Error(`The object server ended with ${code} before it listened.`)));
  });
  const origin = `http://127.0.0.1:${port}`;
  const send = async (method: string, what: string, body?: Uint8Array | string) => {
    const response = await fetch(`${origin}/control/${what}`, { method, ...(body === undefined ? {} : { body }) });
    return response.text();
  };
  return {
    url: `${origin}/bundle`,
    child,
    put: async (path, content) => void (await send("PUT", `objects/${encodeURI(path)}`, content)),
    remove: async (path) => void (await send("DELETE", `objects/${encodeURI(path)}`)),
    requests: async () => JSON.parse(await send("GET", "requests")) as ServedRequest[],
    forget: async () => void (await send("DELETE", "requests")),
    spoil: async (plan) => void (await send("PUT", "fault", JSON.stringify(plan))),
    heal: async () => void (await send("DELETE", "fault")),
    close: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await ended;
    },
  };
}
