import type { Dialect } from "./open-engine.js";

interface TypeNames {
  readonly int64: string;
  readonly int32: string;
  readonly text: string;
  readonly textId: string;
  readonly double: string;
  readonly bytes: string;
  readonly json: string;
  readonly time: string;
}

/** What the dialects call the types that all of them have. */
export const typesOf: Readonly<Record<Dialect, TypeNames>> = {
  postgres: {
    int64: "bigint",
    int32: "integer",
    text: "text",
    textId: "text",
    double: "double precision",
    bytes: "bytea",
    json: "jsonb",
    time: "timestamptz",
  },
  mysql: {
    int64: "bigint",
    int32: "int",
    text: "text",
    textId: "varchar(191) COLLATE utf8mb4_bin",
    double: "double",
    bytes: "blob",
    json: "json",
    time: "datetime(3)",
  },
  sqlite: {
    int64: "integer",
    int32: "integer",
    text: "text",
    textId: "text",
    double: "real",
    bytes: "blob",
    json: "text",
    time: "text",
  },
};
