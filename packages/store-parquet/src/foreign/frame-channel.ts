import type { Duplex } from "node:stream";
import { deserialize, serialize } from "node:v8";

/** Messages with bytes over a duplex stream, in order. */
export interface FrameChannel<Sent> {
  /**
   * Resolves when the frame has left this process, so that awaiting it is back pressure; rejects when the stream has ended,
   * or when the message is longer than 32 MiB.
   */
  send(message: Sent, bytes?: Uint8Array): Promise<void>;
}

/** Longest part in which bytes are sent. */
export const partBytes = 1 << 20;

const headBytes = 8;
/** A message is small beside the bytes that go with it; a schema of 100,000 columns is a third of this. */
const mostMessageBytes = 1 << 25;

/**
 * Speaks in frames: the lengths of the message and of the bytes (32 bits each, little-endian), the message as V8 serializes
 * it, the bytes as they are.
 *
 * @param onFrame called for each frame, in order; `bytes` may be kept
 */
export function frameChannel<Sent, Received>(
  stream: Duplex,
  onFrame: (message: Received, bytes: Uint8Array) => void,
): FrameChannel<Sent> {
  let waiting: Buffer[] = [];
  let length = 0;
  let wanted = headBytes;
  let head: { message: number; bytes: number } | undefined;

  const take = (): Buffer => {
    const all = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting, length);
    const rest = all.subarray(wanted);
    waiting = rest.byteLength > 0 ? [rest] : [];
    length = rest.byteLength;
    return all.subarray(0, wanted);
  };
  stream.on("data", (chunk: Buffer) => {
    waiting.push(chunk);
    length += chunk.byteLength;
    while (length >= wanted) {
      const frame = take();
      if (!head) {
        head = { message: frame.readUInt32LE(0), bytes: frame.readUInt32LE(4) };
        wanted = head.message + head.bytes;
        if (head.message > mostMessageBytes || head.bytes > partBytes) {
          stream.destroy(new Error("A frame is longer than any that is sent."));
          return;
        }
        continue;
      }
      const message = deserialize(frame.subarray(0, head.message)) as Received;
      const bytes = frame.subarray(head.message);
      head = undefined;
      wanted = headBytes;
      onFrame(message, bytes);
    }
  });

  return {
    send: (message, bytes = new Uint8Array(0)) =>
      new Promise((resolve, reject) => {
        const content = serialize(message);
        if (content.byteLength > mostMessageBytes) {
          reject(new RangeError(`a message of ${content.byteLength} bytes is longer than any that is sent`));
          return;
        }
        const start = Buffer.allocUnsafe(headBytes);
        start.writeUInt32LE(content.byteLength, 0);
        start.writeUInt32LE(bytes.byteLength, 4);
        const done = (error?: Error | null) => (error ? reject(error) : resolve());
        stream.cork();
        stream.write(start);
        stream.write(content, bytes.byteLength === 0 ? done : undefined);
        if (bytes.byteLength > 0) stream.write(bytes, done);
        stream.uncork();
      }),
  };
}

/** Sends bytes of any length, part by part. */
export async function sendParts<Sent>(channel: FrameChannel<Sent>, message: Sent, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.byteLength; start += partBytes) {
    await channel.send(message, bytes.subarray(start, start + partBytes));
  }
}
