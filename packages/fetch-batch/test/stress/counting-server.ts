import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A database behind HTTP that counts what it is asked for. */
export interface CountingServer {
  readonly url: string;
  /** How often each id was asked for. */
  readonly asked: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

/** What the database holds; every tenth id is not in it, and every seventh has no delay. */
export function rowOf(id: number): { id: number; delay: number | null; city: string } | undefined {
  if (id % 10 === 9) return undefined;
  return { id, delay: id % 7 === 0 ? null : id / 3, city: `city ${id % 30}` };
}

/** Starts it on a free port of this host. It answers `GET ?ids=1,2&columns=…` with an array of rows. */
export async function countingServer(): Promise<CountingServer> {
  const asked = new Map<number, number>();
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://localhost");
    const ids = (searchParams.get("ids") ?? "").split(",").map(Number);
    for (const id of ids) asked.set(id, (asked.get(id) ?? 0) + 1);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(ids.map(rowOf).filter((row) => row !== undefined)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/rows`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
