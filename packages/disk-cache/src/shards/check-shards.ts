import { basename } from "node:path";
import type { CheckReport } from "@larder/store-lmdb";
import type { DiskCache } from "../disk-cache.js";

/** Checks shard after shard, and adds up what is found; each finding names its shard. */
export async function checkShards(shards: readonly DiskCache[], fix: boolean): Promise<CheckReport> {
  let total: CheckReport | undefined;
  for (const shard of shards) {
    const report = within(basename(shard.directory), await shard.check({ fix }));
    total = total === undefined ? report : added(total, report);
  }
  return total!;
}

/** The report with the name of the shard before what it names. */
function within(shard: string, report: CheckReport): CheckReport {
  const named = Object.entries(report).map(([name, part]) => [
    name,
    Array.isArray(part) ? part.map((found: { what: string }) => ({ ...found, what: `${shard}/${found.what}` })) : part,
  ]);
  return Object.fromEntries(named) as CheckReport;
}

/** Numbers are added up, lists joined. */
function added(a: CheckReport, b: CheckReport): CheckReport {
  const sums = Object.entries(a).map(([name, part]) => {
    const other = b[name as keyof CheckReport] as unknown;
    return [name, Array.isArray(part) ? [...part, ...(other as unknown[])] : (part as number) + (other as number)];
  });
  return Object.fromEntries(sums) as CheckReport;
}
