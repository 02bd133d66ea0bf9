import type { IdSet } from "./ids/id-set.js";
import type { JsonNarrower } from "./narrow-json.js";
import type { Epoch } from "./part-record.js";

/**
 * Narrows a list of epochs.
 *
 * @param keysOf - reads what stands for a set of ids; must refuse what is none, also `undefined`
 */
export function narrowEpochs(value: unknown, keysOf: (value: unknown) => IdSet, narrow: JsonNarrower): Epoch[] {
  return narrow.list(value, "epochs").map((epoch) => narrowEpoch(narrow.object(epoch, "epoch"), keysOf, narrow));
}

function narrowEpoch(
  epoch: Readonly<Record<string, unknown>>,
  keysOf: (value: unknown) => IdSet,
  narrow: JsonNarrower,
): Epoch {
  const kind = narrow.oneOf(["rows", "absent", "invalid"], epoch.kind, "epoch's kind");
  const sequence = narrow.count(epoch.sequence, "epoch's sequence");
  if (kind === "invalid") {
    const at = narrow.number(epoch.at, "epoch's time");
    return { kind, sequence, at, ...(epoch.keys !== undefined && { keys: keysOf(epoch.keys) }) };
  }
  const fetched = {
    sequence,
    keys: keysOf(epoch.keys),
    fetchedAt: narrow.number(epoch.fetchedAt, "epoch's time"),
    ...(epoch.version !== undefined && { version: narrow.text(epoch.version, "epoch's version") }),
  };
  if (kind === "rows") return { kind, ...fetched, columns: narrow.texts(epoch.columns, "epoch's columns") };
  return { kind, ...fetched, ...(epoch.texts !== undefined && { texts: narrow.texts(epoch.texts, "epoch's texts") }) };
}
