import { setTimeout as delay } from "node:timers/promises";
import { type CacheWarning, type Clock, systemClock } from "@larder/core";
import type { Epoch, PartColumn, PartRecord } from "../part-record.js";
import type { Durability, NumberedTarget } from "./numbered-files.js";

/** How a log is opened. */
export interface LogOptions {
  /** `power`: what was committed is there after a loss of power, provided the parts were written so. Default: `process`. */
  readonly durability?: Durability;
  /** Told of what went wrong and was survived. Must not throw. */
  readonly onWarning?: ((warning: CacheWarning) => void) | undefined;
  /** The record of a part, from its file alone. @throws CacheCorruptionError; LarderError `part-gone` */
  readonly readPart: (name: string) => Promise<PartRecord>;
  /** Writes a part without rows. */
  readonly writeEpochs: (epochs: readonly Epoch[], replaces: readonly string[]) => Promise<PartRecord>;
  /** The columns of some parts, each with a type that all of them fit in, in the order of the parts. */
  readonly registryOf: (parts: readonly PartRecord[]) => readonly PartColumn[];
  readonly clock?: Clock;
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Waits for some milliseconds; replaced in tests. */
  readonly wait?: (ms: number) => Promise<void>;
  /** Replaced in tests, to stand for a file system without hard links. */
  readonly link?: NumberedTarget["link"];
}

/** What the functions of a log share. */
export interface LogContext extends Required<Omit<LogOptions, "onWarning" | "link" | "durability">> {
  /** Of the dataset. */
  readonly directory: string;
  /** Where the files of the log are made. */
  readonly target: NumberedTarget;
  readonly warn: (code: string, message: string, facts: Readonly<Record<string, unknown>>, cause?: unknown) => void;
}

/** @param directory - of the dataset */
export function logContext(directory: string, options: LogOptions): LogContext {
  const { durability = "process", onWarning, link, ...others } = options;
  const { clock = systemClock, random = Math.random, wait = delay } = others;
  return {
    ...others,
    directory,
    target: {
      directory: `${directory}/log`,
      temporary: `${directory}/tmp`,
      durability,
      ...(link && { link }),
    },
    clock,
    random,
    wait,
    warn: (code, message, facts, cause) =>
      onWarning?.({ type: "warning", code, message, facts, ...(cause !== undefined && { cause }) }),
  };
}
