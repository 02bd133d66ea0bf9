/** The fingerprint of one computation: what a node was made of when it last ran, one hash per part. */
export interface NodeSignature {
  /** `<pipeline>/<node>`. */
  readonly nodeName: string;
  /** Digest of the declarations the node's function reaches. */
  readonly codeHash: string;
  /** Digest of the runtime, the chosen environment variables and the node's `version`. */
  readonly envHash: string;
  /** Digest of the pipeline inputs the node reads. */
  readonly inputsHash: string;
  /** Digest of its parents' keys. */
  readonly depsHash: string;
  /** When the signature was made, in milliseconds since 1970; no part of the key. */
  readonly timestamp: number;
}
