import { exitCodes } from "../commands/command.js";
import type { CommandContext } from "../commands/command-context.js";
import { usualPlaces } from "./find-caches.js";
import { shownPath } from "./shown-cache.js";

/** Says that no cache was found, and where it was looked for. */
export async function tellNoCaches({ output, surroundings }: CommandContext): Promise<number> {
  const places = [...new Set(await usualPlaces(surroundings))].map((place) => shownPath(place, surroundings));
  output.line(`No cache was found in ${places.join(", ")}. Name one with --directory.`);
  return exitCodes.done;
}
