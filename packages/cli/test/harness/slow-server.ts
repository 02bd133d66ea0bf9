import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder over HTTP. Of files above 64 KiB it sends a piece now and then, and never comes to an end. */
export async function slowServer(folder: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const path = join(folder, decodeURIComponent(new URL(request.url!, "http://host").pathname));
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) return void response.writeHead(404).end();
    response.writeHead(200, { "content-length": found.size, etag: `"${found.size}"` });
    if (request.method === "HEAD") return void response.end();
    if (found.size <= 65_536) return void createReadStream(path).pipe(response);
    const timer = setInterval(() => response.write(Buffer.alloc(1000)), 50);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
