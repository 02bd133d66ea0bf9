import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { pipeline } from "node:stream";
import type { ServerCounts } from "./folio-protocol.js";

// Serves the files of a folder by HTTP, as any web server does: ETags, conditional requests, ranges. Arguments: folder, port (0: any).
// It says where it listens, and what it was asked when asked for that; it ends with the process that started it.
const [folder, port] = process.argv.slice(2) as [string, string];
let counts = { requests: 0, bytes: 0 };

const server = createServer((request, response) => {
  counts.requests++;
  answer(request, response);
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = fileOf(request.url ?? "/");
  const file = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === undefined || !file?.isFile()) return void response.writeHead(404).end();
  const version = `"${file.ino.toString(16)}-${file.mtimeMs.toString(16)}-${file.size.toString(16)}"`;
  const head = { etag: version, "accept-ranges": "bytes", "last-modified": file.mtime.toUTCString() };
  if (request.headers["if-none-match"] === version) return void response.writeHead(304, head).end();
  const condition = request.headers["if-match"];
  if (condition !== undefined && condition !== version) return void response.writeHead(412, head).end();
  const range = rangeOf(request, version, file.size);
  if (range === "none") return void response.writeHead(416, { "content-range": `bytes */${file.size}` }).end();
  const { start, end } = range ?? { start: 0, end: file.size };
  response.writeHead(range === undefined ? 200 : 206, {
    ...head,
    "content-length": end - start,
    ...(range && { "content-range": `bytes ${start}-${end - 1}/${file.size}` }),
  });
  if (request.method === "HEAD" || end === start) return void response.end();
  const body = createReadStream(path, { start, end: end - 1 });
  body.on("data", (piece) => {
    counts.bytes += piece.length;
  });
  pipeline(body, response, () => {});
}

/** Path of the file that is asked for; never one outside of the folder. */
function fileOf(url: string): string | undefined {
  try {
    const path = normalize(decodeURIComponent(new URL(url, "http://localhost").pathname));
    return path.includes("\0") ? undefined : join(folder, path);
  } catch {
    return undefined;
  }
}

/** One range of bytes, as RFC 9110 writes it; `undefined` for all, `"none"` for one that is not there. */
function rangeOf(request: IncomingMessage, version: string, size: number) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const sameAs = request.headers["if-range"];
  if (first === undefined || last === undefined || (sameAs !== undefined && sameAs !== version)) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  return start < end ? { start, end } : "none";
}

process.on("message", () => {
  process.send?.({ counts } satisfies { counts: ServerCounts });
  counts = { requests: 0, bytes: 0 };
});
process.once("disconnect", () => process.exit());
server.listen(Number(port), "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
