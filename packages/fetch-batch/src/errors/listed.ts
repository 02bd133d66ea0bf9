/** The first few of a list as text, with the number of the others. */
export function listed(items: readonly unknown[], most = 5): string {
  const first = items
    .slice(0, most)
    .map((item) => (typeof item === "string" ? JSON.stringify(item) : String(item)))
    .join(", ");
  return items.length > most ? `${first} and ${items.length - most} more` : first;
}
