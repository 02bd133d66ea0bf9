import { resolve } from "node:path";
import type { Folio } from "@larder/folio";
import type { CommandContext } from "../commands/command-context.js";

/** Opens a bundle by its address, does something with it, and closes it. What it logs goes to stderr. */
export async function withBundle<Result>(
  url: string,
  { given, output, surroundings }: CommandContext,
  use: (folio: Folio) => Promise<Result>,
): Promise<Result> {
  const { openFolio } = await import("@larder/folio");
  const directory = given.text("directory");
  const folio = await openFolio(addressOf(url, surroundings.directory), {
    cache: {
      ...(directory !== undefined && { directory: resolve(surroundings.directory, directory) }),
      ...(given.has("offline") && { offlineMode: true }),
    },
    // What is logged, and that warnings are, the settings say.
    log: (line) => output.note(output.safe(line)),
    env: surroundings.environment,
  });
  try {
    return await use(folio);
  } finally {
    await folio.close();
  }
}

/** An address; a path is taken from the working directory. */
export function addressOf(text: string, directory: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : resolve(directory, text);
}
