import { valueDigest } from "@larder/core";
import { joinedKey } from "../cache/key-part.js";
import { checkedSha256 } from "../files/sha256.js";

/** What names an extraction. */
export interface ExtractId {
  readonly kind: string;
  /** Of the content. */
  readonly sha256: string;
  /** Of what the result depends on beside the content; see {@link optionsFingerprint}. */
  readonly optionsFingerprint: string;
}

/** `extract:{kind}:{fileSha256}:{optionsFingerprint}`. @throws LarderError `invalid-key-part`, `invalid-sha256` */
export function extractKey({ kind, sha256, optionsFingerprint }: ExtractId): string {
  return joinedKey("extract", { kind, sha256: checkedSha256(sha256), optionsFingerprint });
}

/** Names options by their value, whatever the order of their properties. @throws UndigestableValueError */
export function optionsFingerprint(options: unknown): string {
  return valueDigest(options);
}
