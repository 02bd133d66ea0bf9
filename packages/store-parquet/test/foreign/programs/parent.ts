import { bytesSource } from "@larder/core";
import { foreignTable } from "../../../src/foreign/foreign-table.js";

// Opens a foreign table with the child given as an argument, prints the process id of that child once it works, and stays.

const [child, directory, operation] = process.argv.slice(2) as [string, string, "idle" | "busy" | "forget"];
const footer = Buffer.from([0x15, 0x02, 0x00]);
const length = Buffer.alloc(4);
length.writeUInt32LE(footer.byteLength);
const file = Buffer.concat([Buffer.from("PAR1"), footer, length, Buffer.from("PAR1")]);
const table = foreignTable(bytesSource(file), {
  release: async () => {},
  program: () => ({ args: [child], directory }),
});
if (operation === "busy") {
  // Answered, so the child works; the next one it never comes back from.
  await table.scan().head(1).count();
  table
    .scan()
    .count()
    .catch(() => {});
  setTimeout(() => console.log(table.processId), 100);
} else {
  await table
    .scan()
    .count()
    .catch(() => {});
  console.log(table.processId);
  // Nothing keeps this process alive: a table that was not closed must not do so.
  if (operation === "idle") setInterval(() => {}, 1000);
}
