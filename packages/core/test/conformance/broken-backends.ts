import type { BrokenBackend } from "./broken-backend.js";
import { brokenCounters } from "./broken-counters.js";
import { brokenHandling } from "./broken-handling.js";
import { brokenLeases } from "./broken-leases.js";
import { brokenLimits } from "./broken-limits.js";
import { brokenRanges } from "./broken-ranges.js";
import { brokenScatteredReads } from "./broken-scattered-reads.js";
import { brokenSharing } from "./broken-sharing.js";
import { brokenStorage } from "./broken-storage.js";
import { brokenStreams } from "./broken-streams.js";
import { brokenTags } from "./broken-tags.js";
import { brokenTransactions } from "./broken-transactions.js";

/** Every fault the suite is known to find. */
export const brokenBackends: readonly BrokenBackend[] = [
  ...brokenStorage,
  ...brokenHandling,
  ...brokenScatteredReads,
  ...brokenRanges,
  ...brokenTags,
  ...brokenLeases,
  ...brokenTransactions,
  ...brokenCounters,
  ...brokenStreams,
  ...brokenLimits,
  ...brokenSharing,
];
