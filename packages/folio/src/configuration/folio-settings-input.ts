import type { FolioSettings } from "./folio-settings.js";

/** A size in bytes, or as text in powers of 1024: `"50GB"` is 53,687,091,200 bytes, `"8 MiB"` 8,388,608. */
export type SizeInput = number | string;
/** Seconds, or a text such as `"30d"`, `"12h"`, `"90 minutes"`. */
export type DurationInput = number | string;

type Sized = "maxCacheSizeBytes" | "largeFileThresholdBytes" | "bundleSizeWarningBytes" | "chunkSizeBytes";
type Timed = "maxStaleAgeSeconds" | "lockTimeoutSeconds";
type Special = "ttlSeconds" | "sharedCacheDirectory" | "largeFilePolicy" | "logging";

/** {@link FolioSettings} as they may be written: each optional; sizes and durations also as text. `undefined` says nothing. */
export type FolioSettingsInput = {
  readonly [Field in Exclude<keyof FolioSettings, Sized | Timed | Special>]?: FolioSettings[Field] | undefined;
} & { readonly [Field in Sized]?: SizeInput | undefined } & {
  readonly [Field in Timed]?: DurationInput | undefined;
} & {
  /** Seconds or a duration; `null`: never check again. */
  readonly ttlSeconds?: DurationInput | null | undefined;
  /** `null`: none, whatever a weaker source says. */
  readonly sharedCacheDirectory?: string | null | undefined;
  readonly largeFilePolicy?: LargeFilePolicyInput | undefined;
  readonly logging?:
    | { readonly [Field in keyof FolioSettings["logging"]]?: FolioSettings["logging"][Field] | undefined }
    | undefined;
  /** The same as `maxCacheSizeBytes`; give one of them. */
  readonly maxCacheSize?: SizeInput | undefined;
  /** The same as `largeFileThresholdBytes`. */
  readonly largeFileThreshold?: SizeInput | undefined;
  /** The same as `bundleSizeWarningBytes`. */
  readonly bundleSizeWarning?: SizeInput | undefined;
  /** The same as `chunkSizeBytes`. */
  readonly chunkSize?: SizeInput | undefined;
};

/** What `add` does with items above a size. */
export interface LargeFilePolicyInput {
  /** Default 1 GiB. */
  readonly sizeThresholdBytes?: SizeInput | undefined;
  /** The same as `sizeThresholdBytes`. */
  readonly sizeThreshold?: SizeInput | undefined;
  /** Default `reference`. */
  readonly defaultAction?: "reference" | "include" | undefined;
  /** Default `true`. */
  readonly warnOnInclude?: boolean | undefined;
}
