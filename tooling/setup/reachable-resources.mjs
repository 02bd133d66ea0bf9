import { existsSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";

/** What a test may need and a machine may lack: how a reason for skipping names it, and whether it is there. */
const resources = [
  { name: "Redis on 127.0.0.1:6379", pattern: /redis/i, isThere: () => answers("127.0.0.1", 6379) },
  { name: "Chromium", pattern: /chrom(e|ium)|browser/i, isThere: async () => inPath(["chromium", "chromium-browser"]) },
  { name: "strace", pattern: /strace/i, isThere: async () => inPath(["strace"]) },
];

/**
 * Which of these skipped tests had no reason to be skipped: what they need is there, or they give no reason at all.
 * A reason that names nothing known is believed.
 *
 * @param {readonly { name: string, reason: string }[]} skipped
 * @returns {Promise<{ name: string, message: string }[]>}
 */
export async function skippedThoughAvailable(skipped) {
  const unfounded = [];
  for (const { name, reason } of skipped) {
    if (reason === "") unfounded.push({ name, message: "skipped without a reason" });
    for (const resource of resources) {
      if (resource.pattern.test(reason) && (await resource.isThere())) {
        unfounded.push({ name, message: `skipped ("${reason}"), but ${resource.name} is there` });
        break;
      }
    }
  }
  return unfounded;
}

function answers(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}

function inPath(names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => names.some((name) => existsSync(join(folder, name))));
}
