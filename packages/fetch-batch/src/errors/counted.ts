/** A number of things, in words: `1 batch`, `2 batches`. */
export function counted(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
