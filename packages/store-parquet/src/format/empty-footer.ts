/**
 * A footer without row groups, its empty list said to be one of structs: hyparquet-writer 0.17 gives empty lists no type, and Arrow for
 * Rust then refuses the file. The list begins where a footer with a row group first differs.
 */
export function listOfStructs(footer: Uint8Array, withRowGroup: Uint8Array): Uint8Array {
  const typed = footer.slice();
  typed[footer.findIndex((byte, i) => byte !== withRowGroup[i])] = 0x0c;
  return typed;
}
