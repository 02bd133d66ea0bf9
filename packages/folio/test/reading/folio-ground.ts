import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Folio } from "../../src/folio.js";
import type { FolioEvent } from "../../src/folio-events.js";
import type { OpenFolioOptions } from "../../src/folio-options.js";
import { openFolio } from "../../src/open-folio.js";
import { type ObjectServer, type ObjectServerOptions, objectServer } from "../servers/object-server.js";
import { type ManualClock, manualClock } from "./manual-clock.js";
import { type PublishedBundle, publishedBundle } from "./published-bundle.js";

/** A server, a bundle on it, and folios that read it through one cache directory. All of it goes when the test is over. */
export interface FolioGround {
  readonly server: ObjectServer;
  readonly bundle: PublishedBundle;
  readonly clock: ManualClock;
  readonly events: FolioEvent[];
  readonly directory: string;
  open(options?: OpenFolioOptions): Promise<Folio>;
  /** Requests since the last call, as `GET items.json 200`. */
  requests(): string[];
  /** Codes of the warnings since the last call. */
  warnings(): string[];
}

export async function folioGround(options: ObjectServerOptions = {}): Promise<FolioGround> {
  const server = await objectServer(options);
  const directory = await mkdtemp(join(tmpdir(), "folio-"));
  const clock = manualClock();
  const events: FolioEvent[] = [];
  const opened: Folio[] = [];
  onTestFinished(async () => {
    server.fault = () => undefined;
    await Promise.all(opened.map((folio) => folio.close()));
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });
  let warned = 0;
  return {
    server,
    bundle: publishedBundle(server),
    clock,
    events,
    directory,
    async open({ cache, connect, ...rest } = {}) {
      const folio = await openFolio(server.url, {
        clock,
        random: () => 0.5,
        onEvent: (event) => events.push(event),
        log: () => undefined,
        env: {},
        connect: { sleep: async () => undefined, ...connect },
        ...rest,
        cache: { directory, ...cache },
      });
      opened.push(folio);
      return folio;
    },
    requests() {
      const lines = server.requests.map(({ method, path, status }) => `${method} ${nameOf(path)} ${status}`);
      server.forget();
      return lines;
    },
    warnings() {
      const codes = events.slice(warned).flatMap((event) => (event.type === "warning" ? [event.code] : []));
      warned = events.length;
      return codes;
    },
  };
}

/** `items.json`, or the name of an item. */
function nameOf(path: string): string {
  return path
    .replace(/^.*\/items\//, "")
    .replace(/^.*\//, "")
    .replace(/\.[0-9a-f]{12}\.bin$/, "");
}
