import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type OpenedRemote, testRemoteStorage } from "../../src/conformance/index.js";
import { openRemote } from "../../src/index.js";
import { type ObjectServerOptions, objectServer } from "../servers/object-server.js";
import { type S3ServerOptions, s3Server } from "../servers/s3-server.js";

async function folder(): Promise<OpenedRemote> {
  const path = await mkdtemp(join(tmpdir(), "larder-remote-"));
  return {
    storage: await openRemote(path),
    second: await openRemote(`${pathToFileURL(path).href}/`),
    close: () => rm(path, { recursive: true, force: true }),
  };
}

async function webServer(options: ObjectServerOptions = {}): Promise<OpenedRemote> {
  const server = await objectServer(options);
  return {
    storage: await openRemote(server.url),
    put: (path, bytes) => void server.put(path, bytes),
    remove: (path) => void server.remove(path),
    close: () => server.close(),
  };
}

async function bucket(options: S3ServerOptions = {}): Promise<OpenedRemote> {
  const server = await s3Server(options);
  return {
    storage: await openRemote(server.url, server.connect),
    second: await openRemote(`${server.url}/`, server.connect),
    close: () => server.close(),
  };
}

const readOnly = { write: false, list: false, ranges: true, conditionalWrites: false } as const;
const bucketAbilities = { write: true, list: true, ranges: true } as const;

testRemoteStorage("a folder", folder, {
  abilities: { write: true, list: true, ranges: true, conditionalWrites: true },
  takesConditions: true,
});
testRemoteStorage("a web server", () => webServer(), { abilities: readOnly });
testRemoteStorage("a web server that ignores ranges", () => webServer({ ignoreRanges: true }), { abilities: readOnly });
testRemoteStorage("a web server that ignores conditions", () => webServer({ ignoreConditions: true }), {
  abilities: readOnly,
});
testRemoteStorage("a web server with weak ETags", () => webServer({ weakEtags: true }), { abilities: readOnly });
testRemoteStorage("a web server without ETags", () => webServer({ noEtags: true }), { abilities: readOnly });
testRemoteStorage("a web server that tells no lengths", () => webServer({ chunked: true }), { abilities: readOnly });
testRemoteStorage("S3", () => bucket({ pageSize: 10 }), {
  abilities: { ...bucketAbilities, conditionalWrites: "probe" },
  takesConditions: true,
});
testRemoteStorage("S3 with a session token", () => bucket({ sessionToken: "a session/token+" }), {
  takesConditions: true,
});
testRemoteStorage("S3 without conditional writes", () => bucket({ conditionalWrites: false }), {
  takesConditions: false,
});
testRemoteStorage("S3 that ignores conditions", () => bucket({ conditionalWrites: "ignored" }), {
  takesConditions: false,
});
testRemoteStorage("Google Cloud Storage", () => bucket({ dialect: "gs", pageSize: 10 }), {
  abilities: { ...bucketAbilities, conditionalWrites: true },
  takesConditions: true,
});
