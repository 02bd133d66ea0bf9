import { isDeepStrictEqual } from "node:util";
import { type JsonValue, LarderError } from "@larder/core";
import { type Folio, openFolio } from "@larder/folio";
import type { Table } from "apache-arrow";
import type { FolioStepRequest, FolioStepResult } from "./folio-protocol.js";
import { type FolioStep, folioStepNamed } from "./folio-steps.js";

/**
 * Reads an item of the served folio through the cache, and compares what came with what lies in the folder that is served.
 *
 * @throws LarderError `wrong-answer`; what `openFolio` and `get` throw
 */
export async function readFolio(request: FolioStepRequest, signal: AbortSignal): Promise<FolioStepResult> {
  const step = folioStepNamed(request.step);
  const warnings: string[] = [];
  const folio = await openFolio(request.url, {
    cache: { directory: request.directory, ttlSeconds: step.ttlSeconds, logging: { level: "silent" } },
    onEvent(event) {
      if (event.type === "warning") warnings.push(event.message);
    },
  });
  try {
    const started = performance.now();
    const value = await folio.get(step.item, { columns: step.columns, signal });
    const seconds = (performance.now() - started) / 1000;
    return {
      ok: true,
      processId: process.pid,
      seconds,
      rows: step.item === "flights" ? (value as Table).numRows : (value as unknown[]).length,
      valuesCompared: await comparedWithPublished(value, step, request.folder),
      warnings,
      peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
      value: step.item === "ranking" ? (value as JsonValue) : null,
    };
  } finally {
    await folio.close();
  }
}

async function comparedWithPublished(value: unknown, step: FolioStep, folder: string): Promise<number> {
  const original = await openFolio(folder, { cache: { enabled: false } });
  try {
    return step.item === "flights"
      ? await compareColumns(value as Table, step.columns!, original)
      : await compareRanking(value, original);
  } finally {
    await original.close();
  }
}

async function compareRanking(value: unknown, original: Folio): Promise<number> {
  const published = await original.get<readonly object[]>("ranking");
  if (!isDeepStrictEqual(value, published)) throw wrongAnswer("The ranking");
  return published.reduce((sum, airport) => sum + Object.keys(airport).length, 0);
}

async function compareColumns(table: Table, columns: readonly string[], original: Folio): Promise<number> {
  const published = await original.get<Table>("flights");
  if (!isDeepStrictEqual(table.schema.names, columns) || table.numRows !== published.numRows) {
    throw wrongAnswer("The table of flights");
  }
  for (const name of columns) {
    const [read, wanted] = [table.getChild(name)!, published.getChild(name)!];
    for (let row = 0; row < table.numRows; row++) {
      if (!Object.is(read.get(row), wanted.get(row))) throw wrongAnswer(`Row ${row} of '${name}'`);
    }
  }
  return table.numRows * columns.length;
}

function wrongAnswer(what: string): LarderError {
  return new LarderError(
    `${what} from the cache differs from what was published. That is a defect of Larder: please report it, with this output.`,
    { code: "wrong-answer" },
  );
}
