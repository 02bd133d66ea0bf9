import { parseExactJson } from "../json/parse-exact-json.js";

/** What is used of a field as `mysql2` gives it to `typeCast`. */
export interface MysqlField {
  readonly type: string;
  /** `json` for JSON in MariaDB, which sends it as text. */
  readonly extendedFormat?: string;
  string(encoding?: string): string | null;
}

/** What `mysql2` calls for each value. */
export type TypeCast = (field: MysqlField, next: () => unknown) => unknown;

/** 64-bit integers as bigints, JSON without rounded numbers, the rest as the driver gives it. */
export const exactTypeCast: TypeCast = (field, next) => {
  if (field.type === "LONGLONG") {
    const value = next();
    return typeof value === "string" ? BigInt(value) : value;
  }
  if (isJson(field)) {
    const text = field.string("utf8");
    return text === null ? null : parseExactJson(text);
  }
  return next();
};

/** The same, with JSON as its text. */
export const exactTypeCastJsonText: TypeCast = (field, next) =>
  isJson(field) ? field.string("utf8") : exactTypeCast(field, next);

function isJson(field: MysqlField): boolean {
  return field.type === "JSON" || field.extendedFormat === "json";
}
