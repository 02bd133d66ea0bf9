import { closeSync, fstatSync, openSync } from "node:fs";
import { damagedLegacy } from "../legacy-errors.js";
import { attributeOf, type Hdf5Attribute } from "./hdf5-attribute.js";
import { type Hdf5Dataset, hdf5Dataset } from "./hdf5-dataset.js";
import { collectReport, type Hdf5Report, isTrap, strict } from "./hdf5-report.js";
import { abandonH5wasm, type H5wasm, loadH5wasm } from "./load-h5wasm.js";
import { isTimeout, runWithin } from "./run-within.js";
import { showFile } from "./show-file.js";

/** An HDF5 file while it is open. Paths begin with a slash. */
export interface Hdf5File {
  /** Its path on disk. */
  readonly path: string;
  /** Tells that a file is another one, or was written to. */
  readonly state: string;
  /** What stands at a path. Links within the file are followed; `link` is one that leads nowhere, or to another file. */
  kind(path: string): "group" | "dataset" | "type" | "link";
  /** Names in a group, in the order they were made where the file keeps it, else by their bytes. */
  names(path: string): readonly string[];
  /** The same text for the same object, by whatever path. */
  identity(path: string): string;
  attributes(path: string): ReadonlyMap<string, Hdf5Attribute>;
  dataset(path: string): Hdf5Dataset;
}

let opened = 0;

/**
 * Opens an HDF5 file, uses it at once and closes it. The library reads what it needs of the file by position; the file is not
 * taken into memory as a whole. It runs in this thread, so the event loop waits, but no longer than `seconds`: a damaged file might send
 * the library round in circles.
 *
 * @throws LarderError `missing-package`; `damaged-legacy` with the innermost words of HDF5's own report, when the time is over,
 *   or when the file was changed meanwhile; what `use` throws
 */
export async function useHdf5File<Result>(
  path: string,
  seconds: number,
  use: (file: Hdf5File) => Result,
): Promise<Result> {
  const library = await loadH5wasm();
  const descriptor = openSync(path, "r");
  try {
    const state = stateOf(descriptor);
    const result = withinTime(seconds, path, () => inLibrary(library, path, descriptor, state, use));
    if (stateOf(descriptor) !== state) throw damagedLegacy(path, "it was changed while it was read");
    return result;
  } finally {
    closeSync(descriptor);
  }
}

function withinTime<Result>(seconds: number, path: string, run: () => Result): Result {
  try {
    return runWithin(seconds, run);
  } catch (error) {
    if (!isTimeout(error)) throw error;
    // It was stopped in the middle of something.
    abandonH5wasm();
    const reason = `reading it took longer than ${seconds} seconds; its structure may go in circles`;
    throw damagedLegacy(path, reason, error);
  }
}

function stateOf(descriptor: number): string {
  const { dev, ino, size, mtimeNs } = fstatSync(descriptor, { bigint: true });
  return [dev, ino, size, mtimeNs].join(" ");
}

function inLibrary<Result>(
  library: H5wasm,
  path: string,
  descriptor: number,
  state: string,
  use: (file: Hdf5File) => Result,
): Result {
  const name = `larder-${opened++}.h5`;
  const report = collectReport(library);
  showFile(library, name, descriptor, fstatSync(descriptor).size);
  let file = -1n;
  let isSound = true;
  try {
    file = strict(library, report).open(`/${name}`, library.H5F_ACC_RDONLY, false, -1, -1);
    return use(openFile(library, report, file, { path, state }));
  } catch (error) {
    if (isTrap(error)) {
      // Its memory is anyone's guess now; the next file gets a new one.
      isSound = false;
      abandonH5wasm();
    }
    throw asDamage(error, path, report.innermost());
  } finally {
    if (isSound) {
      if (file >= 0n) library.close_file(file);
      library.FS.unlink(`/${name}`);
    }
    report.end();
  }
}

function openFile(
  plain: H5wasm,
  report: Hdf5Report,
  file: bigint,
  { path, state }: Pick<Hdf5File, "path" | "state">,
): Hdf5File {
  const library = strict(plain, report);
  return {
    path,
    state,
    kind(at) {
      if (!opens(plain, report, file, at)) return brokenKind(plain, report, file, at);
      const kind = library.get_type(file, at);
      return kind === library.H5G_GROUP ? "group" : kind === library.H5G_DATASET ? "dataset" : "type";
    },
    names: (at) => library.get_names(file, at, false),
    identity: (at) => Buffer.from(library.create_object_reference(file, at)).toString("hex"),
    attributes(at) {
      return new Map(library.get_attribute_names(file, at).map((name) => [name, attributeOf(library, file, at, name)]));
    },
    dataset: (at) => hdf5Dataset(library, file, at, `${path}:${at}`),
  };
}

/** Whether there is an object; its attributes can be listed then. */
function opens(plain: H5wasm, report: Hdf5Report, file: bigint, at: string): boolean {
  try {
    strict(plain, report).get_attribute_names(file, at);
    return true;
  } catch (error) {
    if (isTrap(error)) throw error;
    return false;
  }
}

/** What can't be opened is a link that leads nowhere or out of the file, or else damaged. */
function brokenKind(plain: H5wasm, report: Hdf5Report, file: bigint, at: string): "link" {
  const reason = report.innermost();
  const isLink = plain.get_symbolic_link(file, at) !== null || plain.get_external_link(file, at).filename !== undefined;
  if (!isLink) throw new Error(`${at} can't be opened (${reason})`);
  report.forget();
  return "link";
}

function asDamage(error: unknown, path: string, report: string | undefined): unknown {
  const own = error instanceof Error && "code" in error;
  if (own) return error;
  const message = error instanceof Error ? error.message : String(error);
  const detail = report === undefined || message.includes(report) ? message : `${message}; HDF5 says: ${report}`;
  return damagedLegacy(path, detail, error);
}
