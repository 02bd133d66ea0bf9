import type { Table } from "apache-arrow";
import { packageNeeded } from "../cache/package-needed.js";
import type { RepoFile } from "./repo-scan-types.js";

/** Files as an Arrow table, one row each. @throws LarderError `package-needed` */
export async function scanTable(files: readonly RepoFile[]): Promise<Table> {
  const arrow = await import("apache-arrow").catch(
    packageNeeded(
      "apache-arrow",
      "A table of a scan needs the package apache-arrow. Install it: npm install apache-arrow",
    ),
  );
  const { Field, Float64, Int64, Schema, Table, Utf8, vectorFromArray } = arrow;
  const columns = {
    path: vectorFromArray(
      files.map(({ path }) => path),
      new Utf8(),
    ),
    size: vectorFromArray(
      files.map(({ size }) => BigInt(size)),
      new Int64(),
    ),
    mtimeMs: vectorFromArray(
      files.map(({ mtimeMs }) => mtimeMs),
      new Float64(),
    ),
    sha256: vectorFromArray(
      files.map(({ sha256 }) => sha256 ?? null),
      new Utf8(),
    ),
    gitStatus: vectorFromArray(
      files.map(({ gitStatus }) => gitStatus ?? null),
      new Utf8(),
    ),
  };
  const fields = Object.entries(columns).map(([name, { type }]) => {
    return new Field(name, type, name === "sha256" || name === "gitStatus");
  });
  return new Table(new Schema(fields), columns) as Table;
}
