import type { Answer } from "./faulty-server.js";

/** An error as S3 answers it. */
export function xmlError(status: number, code: string, extra: Readonly<Record<string, string>> = {}): Answer {
  const elements = Object.entries({ Code: code, Message: `It is ${code}.`, ...extra, RequestId: "4442587FB7D0A2F9" });
  const body = elements.map(
    ([name, text]) => `<${name}>${text.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</${name}>`,
  );
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${body.join("")}</Error>`,
  };
}
