import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What happens to a connection. Bytes are counted from the beginning of what the server sends on it, with its headers. */
export interface ConnectionFault {
  /** It is reset as soon as it is made. */
  readonly refuse?: boolean;
  readonly cutAfterBytes?: number;
  /** Nothing more arrives, and the connection stays open. */
  readonly stallAfterBytes?: number;
  /** One bit of this byte is flipped. */
  readonly corruptByteAt?: number;
}

/** A TCP proxy that spoils what a server answers. */
export interface FaultProxy {
  readonly origin: string;
  readonly port: number;
  /** What happens to the next connections. @param nth - from 0 */
  fault: ((nth: number) => ConnectionFault | undefined) | undefined;
  /** Connections made so far. */
  readonly connections: number;
  /** Ends all connections, so that the next request makes a new one. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts it on a free port of the loopback, before the server on `target`. */
export async function faultProxy(target: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    const fault = proxy.fault?.(connections) ?? {};
    connections++;
    track(client);
    if (fault.refuse) return void client.resetAndDestroy();
    const upstream = track(connect(target, "127.0.0.1"));
    client.pipe(upstream);
    forward(upstream, client, fault);
    upstream.on("close", () => {
      if (fault.stallAfterBytes === undefined) client.destroySoon();
    });
    client.on("close", () => upstream.destroy());
  });
  function track(socket: Socket): Socket {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    return socket;
  }
  const reset = () => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: FaultProxy = {
    origin: `http://127.0.0.1:${port}`,
    port,
    fault: undefined,
    get connections() {
      return connections;
    },
    reset,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        reset();
      }),
  };
  return proxy;
}

function forward(from: Socket, to: Socket, { cutAfterBytes, stallAfterBytes, corruptByteAt }: ConnectionFault): void {
  const limit = Math.min(cutAfterBytes ?? Number.POSITIVE_INFINITY, stallAfterBytes ?? Number.POSITIVE_INFINITY);
  let sent = 0;
  from.on("data", (data: Buffer) => {
    const piece = Buffer.from(data.subarray(0, Math.max(0, limit - sent)));
    if (corruptByteAt !== undefined && corruptByteAt >= sent && corruptByteAt < sent + piece.length) {
      piece[corruptByteAt - sent]! ^= 1;
    }
    sent += piece.length;
    to.write(piece);
    if (sent >= limit && cutAfterBytes !== undefined) to.destroySoon();
  });
}
