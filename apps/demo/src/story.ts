import type { SourceEdit } from "./working-copy.js";

/** One act of the demo's story: what is changed before it, and what should come of it. */
export interface StoryAct {
  readonly act: "cold" | "unchanged" | "parameter" | "code" | "comment" | "no-cache";
  readonly title: string;
  /** What a reader should see. */
  readonly promise: string;
  /** `minimumFlights` of this act. What an act changes stays changed in those that follow. */
  readonly minimumFlights: number;
  /** An edit of the pipeline's sources before the act. */
  readonly edit?: SourceEdit;
  readonly cached: boolean;
}

/**
 * The acts, in order.
 *
 * @param minimumFlights - how many flights an airport must have to be ranked; act 3 asks for five times as many (for one more when it is 0)
 */
export function storyActs(minimumFlights: number): readonly StoryAct[] {
  const more = Math.max(minimumFlights * 5, minimumFlights + 1);
  return [
    {
      act: "cold",
      title: "Cold: nothing is cached yet",
      promise: "Every node runs, and its result is stored.",
      minimumFlights,
      cached: true,
    },
    {
      act: "unchanged",
      title: "Nothing has changed",
      promise: "Nothing runs; only the last output is read.",
      minimumFlights,
      cached: true,
    },
    {
      act: "parameter",
      title: `One parameter changed: minimumFlights is ${more} instead of ${minimumFlights}`,
      promise: "Only what depends on it runs.",
      minimumFlights: more,
      cached: true,
    },
    {
      act: "code",
      title: "One node's code edited: in clean.ts, longestDelayMinutes is 12 hours instead of 24",
      promise: "Only clean and what depends on it runs.",
      minimumFlights: more,
      edit: {
        file: "clean.ts",
        from: "const longestDelayMinutes = 24 * 60;",
        to: "const longestDelayMinutes = 12 * 60;",
      },
      cached: true,
    },
    {
      act: "comment",
      title: "A comment in clean.ts edited",
      promise: "Nothing runs: a comment is not code.",
      minimumFlights: more,
      edit: {
        file: "clean.ts",
        from: "/** A flight this late, or this early, is a slip of the pen. */",
        to: "/** A flight later than this, or earlier, is taken for a slip of the pen. */",
      },
      cached: true,
    },
    {
      act: "no-cache",
      title: "The same without a cache, to state what it costs",
      promise: "Every node runs; the answer must be the one above.",
      minimumFlights: more,
      cached: false,
    },
  ];
}
