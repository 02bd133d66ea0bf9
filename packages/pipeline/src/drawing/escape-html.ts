const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that stands for itself in HTML and SVG, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  // Control characters can't stand in a document, not even as entities.
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (character) => entities[character]!)
    .replace(/\p{Cc}/gu, (character) => (character === "\n" || character === "\t" ? character : "�"));
}

/** At most `length` characters of a text, the last an ellipsis when it was longer. */
export function shortened(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}
