import { Readable } from "node:stream";
import { RemoteError } from "../remote/remote-error.js";
import type { TransferTarget } from "./transfer.js";

/** A transfer whose bytes are handed on as a stream, no faster than they are taken. */
export function streamTarget(onClosed: () => void): {
  readonly stream: Readable;
  readonly target: TransferTarget;
  readonly finish: (error?: Error) => void;
} {
  let handedOn = 0;
  let wake = () => {};
  const stream = new Readable({
    highWaterMark: 1 << 20,
    read: () => wake(),
    destroy(error, done) {
      wake();
      onClosed();
      done(error);
    },
  });
  return {
    stream,
    target: {
      found: undefined,
      reread: async () => undefined,
      async begin({ url }) {
        // What was handed on can't be taken back.
        if (handedOn > 0) {
          throw new RemoteError(`The object ${url} changed while it was streamed. Begin the stream anew.`, {
            code: "remote-failed",
            facts: { url },
          });
        }
      },
      async write(bytes) {
        handedOn += bytes.byteLength;
        // A copy: the memory of the piece is used again.
        if (stream.destroyed || stream.push(new Uint8Array(bytes))) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      },
    },
    finish(error) {
      if (error === undefined) stream.push(null);
      else stream.destroy(error);
    },
  };
}
