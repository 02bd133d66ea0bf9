import { LarderError } from "@larder/core";

/** Key of the file metadata that says in which format Larder wrote a file. Files of others lack it. */
export const fileFormatKey = "larder:format";

/** The format of the files this version writes, and the greatest it reads. Raised when an older version would misread them. */
export const fileFormat = 1;

/**
 * Refuses a file whose format this version does not know.
 *
 * @param stated what the file says under {@link fileFormatKey}, if anything
 * @throws LarderError `newer-format`
 */
export function checkFileFormat(stated: string | undefined): void {
  if (stated === undefined || (/^[0-9]{1,9}$/.test(stated) && Number(stated) <= fileFormat)) return;
  throw new LarderError(
    `This Parquet file was written in Larder's format ${JSON.stringify(stated)}, and this version of @larder/store-parquet reads formats up to ${fileFormat}. Update @larder/store-parquet; the file is left as it is.`,
    { code: "newer-format", facts: { format: stated, known: fileFormat } },
  );
}
