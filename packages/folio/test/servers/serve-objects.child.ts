import type { Fault } from "./fault.js";
import type { Answer, Asked } from "./faulty-server.js";
import { type ObjectServer, objectServer } from "./object-server.js";

/**
 * The object server as a process of its own, for tests with several. Prints its port. Control over HTTP:
 *
 * - `PUT /control/objects/<path in the bundle>` stores, `DELETE` forgets
 * - `GET /control/requests` lists what was served, as JSON; `DELETE` forgets it
 * - `PUT /control/fault` with JSON `{ "path"?: text in it, "times"?: number, "fault": Fault }`; `DELETE` takes it away
 *
 * Control itself is not listed.
 */
const server = await objectServer({ before: control });
process.stdout.write(`${server.port}\n`);
process.on("SIGTERM", () => void server.close().then(() => process.exit(0)));

interface Plan {
  readonly path?: string;
  readonly times?: number;
  readonly fault: Fault;
}

function control(asked: Asked, self: ObjectServer): Answer | undefined {
  if (!asked.path.startsWith("control/")) return undefined;
  self.requests.splice(
    self.requests.findIndex(({ path }) => path === asked.target),
    1,
  );
  const what = asked.path.slice("control/".length);
  if (what === "requests") return listOrForget(asked, self);
  if (what === "fault") return plan(asked, self);
  const path = what.slice("objects/".length);
  if (asked.method === "PUT") self.put(path, asked.body);
  else self.remove(path);
  return { status: 204 };
}

function listOrForget(asked: Asked, self: ObjectServer): Answer {
  if (asked.method !== "DELETE") return { status: 200, body: JSON.stringify(self.requests) };
  self.forget();
  return { status: 204 };
}

function plan(asked: Asked, self: ObjectServer): Answer {
  const {
    path = "",
    times = Number.POSITIVE_INFINITY,
    fault,
  } = asked.method === "DELETE" ? { fault: {} } : (JSON.parse(asked.body.toString()) as Plan);
  let left = times;
  self.fault = (request) => {
    if (request.path.startsWith("/control/") || !request.path.includes(path) || left <= 0) return undefined;
    left--;
    return fault;
  };
  return { status: 204 };
}
