// Serves a folder by HTTP, as a remote that answers after some milliseconds and sends so many megabytes in a second (0: as fast as it can).
// Prints its port; counts requests and bytes, told at /.counts. It ends with its standard input.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { join, normalize } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const { folder, latencyMs, megabytesPerSecond } = JSON.parse(process.argv[2]);
let counts = { requests: 0, bytes: 0 };

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/.counts") {
    response.end(JSON.stringify(counts));
    counts = { requests: 0, bytes: 0 };
    return;
  }
  counts.requests += 1;
  if (latencyMs > 0) await pause(latencyMs);
  const path = join(folder, normalize(decodeURIComponent(pathname)));
  const file = statSync(path, { throwIfNoEntry: false });
  if (!file?.isFile()) return response.writeHead(404).end();
  const etag = `"${file.ino}-${file.mtimeMs}-${file.size}"`;
  const head = { etag, "accept-ranges": "bytes" };
  if (request.headers["if-none-match"] === etag) return response.writeHead(304, head).end();
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const start = first === undefined ? 0 : first === "" ? Math.max(0, file.size - Number(last)) : Number(first);
  const end = first === undefined || first === "" || last === "" ? file.size : Math.min(file.size, Number(last) + 1);
  response.writeHead(first === undefined ? 200 : 206, {
    ...head,
    "content-length": end - start,
    ...(first !== undefined && { "content-range": `bytes ${start}-${end - 1}/${file.size}` }),
  });
  if (request.method === "HEAD" || start === end) return response.end();
  const began = performance.now();
  let sent = 0;
  for await (const piece of createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 })) {
    if (response.destroyed) return;
    counts.bytes += piece.length;
    sent += piece.length;
    if (!response.write(piece)) await drained(response);
    const aheadMs = megabytesPerSecond === 0 ? 0 : sent / 1000 / megabytesPerSecond - (performance.now() - began);
    if (aheadMs > 1) await pause(aheadMs);
  }
  response.end();
});

/** Resolves when more can be written, or the other side is gone; leaves no listeners behind. */
function drained(response) {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("close", () => process.exit());
