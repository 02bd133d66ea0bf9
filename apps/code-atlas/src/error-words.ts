/** What an error says of itself: its code, `failed` where it has none, and its message. */
export function wordsOf(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  return { code: typeof code === "string" ? code : "failed", message: message ?? String(error) };
}
