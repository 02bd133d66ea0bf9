import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Fault, FaultPlan, ServedRequest } from "./fault.js";

/** A request with its body. `path` is decoded and begins without a slash. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path and query as they came. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** An answer. `body` is left out of answers to HEAD, whose length is told all the same. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Tell no length: the body is sent in chunks. */
  readonly chunked?: boolean;
}

/** An HTTP server on the loopback whose answers can be spoiled, and which remembers what it was asked. */
export interface FaultyServer {
  readonly port: number;
  readonly origin: string;
  /** What it was asked since it started, or since `forget()`. */
  readonly requests: ServedRequest[];
  fault: FaultPlan | undefined;
  forget(): void;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function faultyServer(answer: (asked: Asked) => Answer): Promise<FaultyServer> {
  const requests: ServedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    const headers = request.headers as Record<string, string | undefined>;
    const served: ServedRequest = { method: request.method!, path: request.url!, headers, status: 0, bytesSent: 0 };
    requests.push(served);
    const fault = self.fault?.(served, requests.length - 1) ?? {};
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (fault.resetBeforeAnswer === true) return void request.socket.resetAndDestroy();
    if (fault.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    fault.changeBefore?.();
    const [path, query] = splitTarget(request.url!);
    const asked = { method: request.method!, path, query, target: request.url!, headers, body: Buffer.concat(chunks) };
    const right = fault.status === undefined ? answer(asked) : { status: fault.status, body: fault.body ?? "" };
    if (fault.resetBeforeAnswer === "afterWork") return void request.socket.resetAndDestroy();
    await send(request, response, served, right, fault);
  }
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const self: FaultyServer = {
    port,
    origin: `http://127.0.0.1:${port}`,
    requests,
    fault: undefined,
    forget() {
      requests.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return self;
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  served: ServedRequest,
  answer: Answer,
  fault: Fault,
): Promise<void> {
  const { status, headers = {}, body = "", chunked = false } = answer;
  const bytes = Buffer.from(typeof body === "string" ? Buffer.from(body) : body);
  if (fault.corruptByteAt !== undefined && fault.corruptByteAt < bytes.length) bytes[fault.corruptByteAt]! ^= 1;
  served.status = status;
  const told = { ...headers, ...fault.headers };
  if (fault.wrongEtag !== undefined) told.etag = fault.wrongEtag;
  const empty = request.method === "HEAD" || status === 204 || status === 304;
  if (!chunked && status !== 204 && status !== 304) {
    // The length of what GET would answer, also for HEAD.
    told["content-length"] = String(Number(headers["content-length"] ?? bytes.length) + (fault.wrongLength ?? 0));
  }
  response.strictContentLength = false;
  response.writeHead(status, told);
  response.flushHeaders();
  if (empty) return void response.end();
  const limit = Math.min(fault.cutAfterBytes ?? bytes.length, fault.stallAfterBytes ?? bytes.length, bytes.length);
  await write(response, bytes.subarray(0, limit), served);
  if (fault.stallAfterBytes !== undefined && fault.stallAfterBytes <= limit) return;
  // What was written must have left before the connection goes, or the cut comes earlier than it should.
  if (fault.cutAfterBytes !== undefined) return void request.socket.destroySoon();
  if ((fault.wrongLength ?? 0) > 0) return void request.socket.destroySoon();
  response.end();
}

async function write(response: ServerResponse, bytes: Buffer, served: ServedRequest): Promise<void> {
  const pieceBytes = 65_536;
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    if (response.destroyed) return;
    const piece = bytes.subarray(at, at + pieceBytes);
    served.bytesSent += piece.length;
    if (response.write(piece)) continue;
    await new Promise<void>((resolve) => {
      const go = () => {
        response.off("drain", go).off("close", go);
        resolve();
      };
      response.once("drain", go).once("close", go);
    });
  }
}

function splitTarget(target: string): [string, URLSearchParams] {
  const cut = target.indexOf("?");
  const path = cut === -1 ? target : target.slice(0, cut);
  // "+" is a plus in a path, and a space in a query.
  return [decodeURIComponent(path.slice(1)), new URLSearchParams(cut === -1 ? "" : target.slice(cut + 1))];
}
