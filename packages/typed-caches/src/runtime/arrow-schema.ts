import type { Schema } from "apache-arrow";
import { packageNeeded } from "../cache/package-needed.js";

/** Whether something is an Arrow schema, of whichever copy of apache-arrow. */
export function isArrowSchema(value: unknown): value is Schema {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) === Object.prototype) return false;
  const { fields, metadata, dictionaries } = value as Partial<Schema>;
  return Array.isArray(fields) && metadata instanceof Map && dictionaries instanceof Map;
}

/** A schema as the bytes of an Arrow stream without rows. @throws LarderError `package-needed` */
export async function schemaToBytes(schema: Schema): Promise<Uint8Array> {
  const { RecordBatchStreamWriter, Table } = await loadArrow();
  return RecordBatchStreamWriter.writeAll(new Table(schema)).toUint8Array(true);
}

/** What {@link schemaToBytes} made bytes of. @throws LarderError `package-needed` */
export async function schemaFromBytes(bytes: Uint8Array): Promise<Schema> {
  const { RecordBatchReader } = await loadArrow();
  const reader = RecordBatchReader.from(bytes).open();
  try {
    return reader.schema as Schema;
  } finally {
    reader.cancel();
  }
}

async function loadArrow(): Promise<typeof import("apache-arrow")> {
  return import("apache-arrow").catch(
    packageNeeded("apache-arrow", "Arrow schemas need the package apache-arrow. Install it: npm install apache-arrow"),
  );
}
