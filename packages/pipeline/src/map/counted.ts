const format = new Intl.NumberFormat("en-US");

/** A count for people: `100,000`. */
export function counted(count: number): string {
  return format.format(count);
}

/** `1 item`, `100,000 items`. */
export function countedItems(count: number): string {
  return `${counted(count)} ${count === 1 ? "item" : "items"}`;
}
