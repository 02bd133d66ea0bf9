import { FetchBatchError } from "../../errors/fetch-batch-error.js";
import type { NameRules } from "../sql/quote-name.js";

/** PostgreSQL cuts longer names silently, and would look into another table. */
export const pgNames: NameRules = { quote: '"', mostBytes: 63 };

/**
 * The name of a type, such as `int4`, `character varying` or `shop.code`, checked to be nothing else.
 *
 * @throws FetchBatchError `invalid-option`
 */
export function pgTypeName(type: string): string {
  if (/^[A-Za-z_][\w ]*(\.[A-Za-z_]\w*)?$/.test(type)) return type;
  throw new FetchBatchError(
    `${JSON.stringify(type)} is not the name of a PostgreSQL type; use one such as "int4" or "uuid".`,
    {
      code: "invalid-option",
      facts: { option: "idType", given: type },
    },
  );
}
