import type { CacheWarning, Clock, IdKind } from "@larder/core";
import { type Arrow, loadArrow } from "../arrow/load-arrow.js";
import { type CoverageIndex, coverageIndex } from "./coverage/coverage-index.js";
import { emptyIds } from "./ids/id-set.js";
import { type DatasetLog, openLog } from "./log/dataset-log.js";
import { type OpenParts, openParts } from "./open-parts.js";
import type { Epoch, PartRecord } from "./part-record.js";
import { emptyPartTable } from "./part-table.js";
import { readPartRecord } from "./parts/read-part-record.js";
import { writePart } from "./parts/write-part.js";
import { loadTextKey, type TextKey } from "./text-keys.js";
import { registryOf } from "./widened-columns.js";

/** How datasets are kept. */
export interface DatasetSettings {
  /** Files in `base/` grow to about so many bytes. */
  readonly partBytes: number;
  /** `process`: what was stored outlives this process, however sudden its end. `power`: also a power cut. */
  readonly durability: "process" | "power";
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** The key of a text; replaced in tests. */
  readonly textKey: TextKey | undefined;
  readonly backgroundCompaction: boolean;
}

/** One dataset, as the handles of one store share it. */
export interface DatasetContext {
  readonly table: string;
  readonly directory: string;
  readonly idColumn: string;
  readonly idKind: IdKind;
  readonly settings: DatasetSettings;
  readonly arrow: Arrow;
  readonly textKey: TextKey;
  readonly log: DatasetLog;
  readonly parts: OpenParts;
  readonly coverage: CoverageIndex;
  /** Names of the parts found to be unreadable: they tell nothing any more, whether the log says so yet or not. */
  readonly lost: Set<string>;
  /** Tells whoever listens. */
  readonly warn: (code: string, message: string, facts: Readonly<Record<string, unknown>>, cause?: unknown) => void;
  readonly tell: (warning: CacheWarning) => void;
  readonly listeners: Set<(warning: CacheWarning) => void>;
  readonly writeEpochs: (epochs: readonly Epoch[], replaces?: readonly string[]) => Promise<PartRecord>;
}

/** Which dataset, and where. */
export interface DatasetName {
  readonly table: string;
  readonly directory: string;
  readonly idColumn: string;
  readonly idKind: IdKind;
}

/** Makes what the handles of a dataset share. Nothing is read or written yet. @throws LarderError `missing-package` */
export async function datasetContext(name: DatasetName, settings: DatasetSettings): Promise<DatasetContext> {
  const { directory, idColumn, idKind } = name;
  const { durability, clock, random } = settings;
  const [arrow, textKey] = await Promise.all([loadArrow(), settings.textKey ?? loadTextKey()]);
  const listeners = new Set<(warning: CacheWarning) => void>();
  const tell = (warning: CacheWarning): void => {
    for (const listener of listeners) {
      try {
        listener(warning);
      } catch {
        // Warnings only tell: what a listener makes of them must not change what the dataset does.
      }
    }
  };
  const writeEpochs: DatasetContext["writeEpochs"] = (epochs, replaces = []) => {
    const table = emptyPartTable(arrow, idColumn, idKind);
    return writePart({ directory, place: "recent", durability }, { table, keys: emptyIds, epochs, replaces });
  };
  const log = openLog(directory, {
    durability,
    onWarning: tell,
    readPart: (part) => readPartRecord(directory, part),
    writeEpochs,
    registryOf,
    clock,
    random,
  });
  return {
    ...name,
    settings,
    arrow,
    textKey,
    log,
    parts: openParts(directory),
    coverage: coverageIndex(),
    lost: new Set(),
    listeners,
    tell,
    warn: (code, message, facts, cause) =>
      tell({ type: "warning", code, message, facts, ...(cause !== undefined && { cause }) }),
    writeEpochs,
  };
}
