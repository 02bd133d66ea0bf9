/** Ends an answer whose body is not read. That it can't be ended is no failure of its own. */
export async function discardBody(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}
