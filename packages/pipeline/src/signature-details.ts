/** What a signature's hashes were made of, kept under `why:<K>` so that a later run can name what differs. */
export interface SignatureDetails {
  /** Declarations the function reaches, as `file`, `declaration`, `hash`. */
  readonly code: readonly (readonly [file: string, declaration: string, hash: string])[];
  readonly runtime: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  /** `version`, `format`. */
  readonly options: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, InputDetails>>;
  readonly captures: Readonly<Record<string, string>>;
  readonly parents: Readonly<Record<string, ParentDetails>>;
}

/** A pipeline input as it was. */
export interface InputDetails {
  readonly digest: string;
  /** Digests of the parts of the value, by path; absent when it has none or too many. */
  readonly paths?: Readonly<Record<string, string>>;
}

/** A parent as it was, by the input under which it is read. */
export interface ParentDetails {
  readonly node: string;
  /** How it joined the key. */
  readonly token: string;
  /** Digest of its value, when that was known. */
  readonly value?: string;
}
