import { createHash } from "node:crypto";
import type { RemoteSubject } from "../remote-failure.js";
import { bodyPieces, type RequestBody } from "./http-exchange.js";

/** The MD5 of a body, by which a service notices that other bytes have arrived. */
export async function md5Of(body: RequestBody, subject: RemoteSubject): Promise<Buffer> {
  const hash = createHash("md5");
  for await (const piece of bodyPieces(body, subject)) hash.update(piece);
  return hash.digest();
}
