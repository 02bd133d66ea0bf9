const format = new Intl.NumberFormat("en-US");

/** A count for people: `100,000`. */
export function counted(count: number): string {
  return format.format(count);
}
