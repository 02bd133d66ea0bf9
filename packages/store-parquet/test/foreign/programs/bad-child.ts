import { Socket } from "node:net";
import { startWatchdog } from "../../../src/foreign/child-watchdog.js";
import type { FromChild, ToChild } from "../../../src/foreign/foreign-protocol.js";
import { frameChannel } from "../../../src/foreign/frame-channel.js";

// A child as a hostile file could make one: each operation goes wrong in its own way.

const pipe = new Socket({ fd: 3, readable: true, writable: true });
const eaten: Uint8Array[] = [];
const channel = frameChannel<FromChild, ToChild>(pipe, (message) => {
  if (message.kind === "start") {
    startWatchdog(Number(process.env.MOST_BYTES ?? Number.POSITIVE_INFINITY));
    channel.send({ kind: "ready" });
  }
  if (message.kind !== "run") return;
  switch (message.operation.operation) {
    case "count":
      if (message.operation.steps.length > 0) return void channel.send({ kind: "answer", value: 3 });
      for (;;);
    case "schema":
      return process.exit(3);
    case "explain":
      return process.abort();
    case "toArrow":
      // More than there is.
      if (message.operation.steps.length > 0) return void channel.send({ kind: "table", byteLength: 2 ** 40 });
      for (;;) eaten.push(new Uint8Array(4 << 20).fill(1));
    case "batches":
      // Neither computes nor answers.
      return;
    default:
  }
});
pipe.on("close", () => process.exit());
