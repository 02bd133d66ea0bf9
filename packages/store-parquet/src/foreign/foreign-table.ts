import { type BlobSource, LarderError, type TableScan } from "@larder/core";
import type { Table } from "apache-arrow";
import { loadArrow } from "../arrow/load-arrow.js";
import { openedFile } from "../read/opened-file.js";
import { parquetScan } from "../scan/parquet-scan.js";
import type { ParquetTable } from "../scan/parquet-table.js";
import { checkedTail } from "./checked-tail.js";
import { type ChildProgram, childProgram } from "./child-program.js";
import { completeLimits, type ForeignLimits } from "./foreign-limits.js";
import { type ForeignProcess, foreignProcess } from "./foreign-process.js";
import { foreignScan } from "./foreign-scan.js";

/** What a foreign table needs. */
export interface ForeignTableOptions {
  readonly limits?: ForeignLimits | undefined;
  readonly gapBytes?: number | undefined;
  /** Called once, when the table is closed. */
  release(): Promise<void>;
  /** The program of the child; by default the one of this package. */
  program?(): ChildProgram;
}

/** A table read by a process of its own, and what that takes. */
export interface ForeignTable extends ParquetTable {
  /** The most memory that its processes were seen to take, in MB of 2²⁰ bytes; 0 where the system does not tell. */
  readonly peakMegabytes: number;
  /** How often a process was started. */
  readonly starts: number;
  /** Of the process that runs now. */
  readonly processId: number | undefined;
}

/**
 * A table over bytes that nobody vouches for. This process looks at the end of the file; all parsing is done by a child
 * process under limits, which is started by the first read.
 *
 * @throws LarderError `invalid-limit`
 */
export function foreignTable(source: BlobSource, options: ForeignTableOptions): ForeignTable {
  const limits = completeLimits(options.limits);
  let bytesRead = 0;
  const counted: BlobSource = {
    byteLength: source.byteLength,
    async slice(start, end) {
      const bytes = await source.slice(start, end);
      bytesRead += bytes.byteLength;
      return bytes;
    },
  };
  let opened: Promise<ForeignProcess> | undefined;
  let running: ForeignProcess | undefined;
  let closed: Promise<void> | undefined;
  const open = (): Promise<ForeignProcess> => {
    opened ??= checkedTail(counted, limits)
      .then((checked) => {
        const { gapBytes = 0, program = childProgram } = options;
        running = foreignProcess(checked, { limits, gapBytes, program });
        // It is closed while the end of the file was looked at.
        if (closed) void running.close();
        return running;
      })
      .catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
    return opened;
  };
  const close = (): Promise<void> => {
    closed ??= (async () => {
      await running?.close();
      await options.release();
    })();
    return closed;
  };
  // Only to check narrowings as any scan does; nothing is read through it.
  const shadow: TableScan<Table> = parquetScan(openedFile({ byteLength: 0, slice: refuseToRead }));
  return {
    scan: () => foreignScan({ open, loadArrow, bytesRead: () => bytesRead }, [], shadow),
    close,
    [Symbol.asyncDispose]: close,
    get peakMegabytes() {
      return running?.peakMegabytes ?? 0;
    },
    get starts() {
      return running?.starts ?? 0;
    },
    get processId() {
      return running?.processId;
    },
  };
}

function refuseToRead(): never {
  throw new LarderError("A scan that only checks was asked to read.", { code: "foreign-crash" });
}
