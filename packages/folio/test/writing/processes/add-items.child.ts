import { openRemote } from "../../../src/remote/open-remote.js";
import { addItem } from "../../../src/writing/add-item.js";
import { writingParts } from "../writing-parts.js";

/** Adds items to a bundle: `add-items.child.ts <folder> <writer> <count>`. */
const [, , folder, writer, count] = process.argv;
const parts = await writingParts(await openRemote(folder!));
for (let index = 0; index < Number(count); index++) {
  await addItem(parts, `${writer}-${index}`, { writer, index }, { updatedBy: `writer-${writer}` });
}
await parts.close();
