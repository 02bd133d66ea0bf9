import { FetchBatchError } from "../../errors/fetch-batch-error.js";
import { discardBody } from "./discard-body.js";

/**
 * The body of an answer as text.
 *
 * @throws FetchBatchError `answer-too-large` beyond `mostBytes`, as soon as that is known; `invalid-json` when it is not UTF-8
 */
export async function readText(response: Response, place: string, mostBytes: number): Promise<string> {
  if (Number(response.headers.get("content-length") ?? 0) > mostBytes) {
    await discardBody(response);
    throw tooLarge(place, mostBytes);
  }
  const pieces: Uint8Array[] = [];
  let byteLength = 0;
  // Leaving the loop early cancels the body.
  for await (const piece of response.body ?? []) {
    byteLength += piece.byteLength;
    if (byteLength > mostBytes) throw tooLarge(place, mostBytes);
    pieces.push(piece);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(pieces));
  } catch (cause) {
    throw new FetchBatchError(`The answer of ${place} is not UTF-8, so it is not JSON.`, {
      code: "invalid-json",
      facts: { place },
      cause,
    });
  }
}

function tooLarge(place: string, mostBytes: number): FetchBatchError {
  return new FetchBatchError(
    `The answer of ${place} is larger than ${mostBytes} bytes. Make idsPerRequest smaller, or allow more in mostBytes.`,
    { code: "answer-too-large", facts: { place, mostBytes } },
  );
}
