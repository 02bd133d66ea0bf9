import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a test server got it. */
export interface GotRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An HTTP server on this machine, for one test. */
export interface TestServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly host: string;
  readonly requests: readonly GotRequest[];
}

/** Runs a test with a server that answers as told; it is closed after. */
export async function withServer<Result>(
  answer: (request: GotRequest, response: ServerResponse) => void,
  use: (server: TestServer) => Promise<Result>,
): Promise<Result> {
  const requests: GotRequest[] = [];
  const server = createServer(async (incoming, response) => {
    let body = "";
    for await (const piece of incoming) body += piece;
    const { pathname, searchParams } = new URL(incoming.url!, "http://server");
    const { method = "", headers } = incoming;
    const request = { method, path: pathname, query: searchParams, headers, body };
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return await use({ url: `http://${host}`, host, requests });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader("content-type", "application/json").end(typeof value === "string" ? value : JSON.stringify(value));
}
