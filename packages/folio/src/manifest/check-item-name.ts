/** The longest name of an item, in bytes of UTF-8. */
const longestNameBytes = 1024;

/** What is wrong with an item's name, to follow "its name"; `undefined` when nothing is. Any Unicode text of 1 to 1,024 bytes is one. */
export function checkItemName(name: string): string | undefined {
  if (name === "") return "is empty";
  if (!name.isWellFormed()) return "has half a surrogate pair, which UTF-8 can't carry";
  if (name.length > longestNameBytes || Buffer.byteLength(name) > longestNameBytes) {
    return `is longer than ${longestNameBytes} bytes`;
  }
  return undefined;
}
