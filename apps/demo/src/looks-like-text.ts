import { open } from "node:fs/promises";

/** Whether the beginning of a file is UTF-8 text without control characters. */
export async function looksLikeText(path: string): Promise<boolean> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(4096), 0, 4096, 0);
    // `stream` forgives a character that the 4096 bytes cut in two.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, bytesRead), { stream: true });
    for (const character of text) {
      const code = character.codePointAt(0)!;
      if (code < 32 && code !== 9 && code !== 10 && code !== 13) return false;
    }
    return true;
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
