/** Whether a text is well-formed Unicode: no surrogate without its partner, so that UTF-8 holds it exactly. */
export function isWellFormed(text: string): boolean {
  // ES2024, which TypeScript's library does not list yet; Node has it since 20.
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}
