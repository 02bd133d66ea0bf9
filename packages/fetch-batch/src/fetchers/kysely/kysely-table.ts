import type { RawBuilder } from "kysely";
import { checkName } from "../sql/quote-name.js";
import type { TableName } from "../sql/table-name.js";
import type { KyselyRunner } from "./kysely-runner.js";

/** A table as Kysely writes its name. @throws FetchBatchError `invalid-name` */
export function kyselyTable({ kysely: { sql } }: KyselyRunner, { schema, name }: TableName): RawBuilder<unknown> {
  checkName(name);
  if (schema === undefined) return sql.id(name);
  checkName(schema);
  return sql.id(schema, name);
}
