import { redactedText } from "@larder/core";

/** Plain data with all texts in it as they may be shown: without what is secret in URLs. Messages of others may hold such. */
export function redactedJson<Data extends object>(data: Data): Data {
  const text = JSON.stringify(data, (_key, value: unknown) =>
    typeof value === "string" ? redactedText(value) : value,
  );
  return JSON.parse(text) as Data;
}
