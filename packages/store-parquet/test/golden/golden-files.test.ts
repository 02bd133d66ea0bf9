import { bytesSource, LarderError } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { fileFormat, fileFormatKey } from "../../src/format/file-format.js";
import { writtenFile } from "../support/written-file.js";
import {
  contentsOf,
  type GoldenFile,
  goldenFiles,
  goldenFolders,
  goldenOptions,
  presentFolder,
} from "./golden-files.js";

const files = goldenFolders.flatMap((folder) => goldenFiles(folder).map((file) => ({ folder, ...file })));

/** What native codecs make of the same bytes may differ from one version of theirs to the next. */
const isWrittenAgain = ({ folder, name }: (typeof files)[number]): boolean =>
  folder === presentFolder && goldenOptions[name]!.compression === undefined;

const tableIn = ({ bytes }: GoldenFile): Promise<Table> => openParquet(bytesSource(bytes)).scan().toArrow();

describe("files as Larder wrote them", () => {
  test.each(files)("are read as they were meant: $folder, $name", async (file) => {
    expect(contentsOf(await tableIn(file))).toEqual(file.contents);
  });

  test.each(files.filter(isWrittenAgain))("are written the same again: $name", async (file) => {
    const { bytes } = await encodeParquet(await tableIn(file), goldenOptions[file.name]);
    const same = Buffer.compare(bytes, file.bytes) === 0;
    expect(
      same,
      `The bytes of golden file ${file.name} changed. If that was not meant, undo it. If it was: where versions already released would misread the new files, raise fileFormat in src/format/file-format.ts; then name a new folder in golden-files.ts, which keeps the old files in theirs, run test/golden/make-golden.ts, and say in a changeset that files differ.`,
    ).toBe(true);
  });

  test("say in which format they are", () => {
    for (const { folder, bytes } of files) {
      expect(writtenFile(bytes).metadata.get(fileFormatKey)).toBe(folder.split("-")[1]);
    }
  });
});

describe("a file in a format that is not known", () => {
  const bytesSaying = (format: string): Uint8Array => {
    const bytes = Buffer.from(files[0]!.bytes);
    const key = bytes.lastIndexOf(fileFormatKey);
    // Key, then in Thrift the head of the next field, its length, and the format: one digit.
    expect(bytes[key + fileFormatKey.length + 2]).toBe(fileFormat.toString().charCodeAt(0));
    bytes.write(format, key + fileFormatKey.length + 2, "latin1");
    return bytes;
  };

  test.each(["2", "9", "x", "-"])("is refused, naming both: %s", async (format) => {
    const error = await openParquet(bytesSource(bytesSaying(format)))
      .scan()
      .toArrow()
      .catch((caught: unknown) => caught);
    expect(LarderError.isInstance(error, "newer-format")).toBe(true);
    expect((error as LarderError).facts).toEqual({ format, known: fileFormat });
    expect((error as Error).message).toContain(`"${format}"`);
    expect((error as Error).message).toContain(`up to ${fileFormat}`);
  });

  test("and a table that has such metadata of its own keeps it", async () => {
    const table = await tableIn(files[0]!);
    table.schema.metadata.set(fileFormatKey, "77");
    const { bytes } = await encodeParquet(table);
    const back = await openParquet(bytesSource(bytes)).scan().toArrow();
    expect(back.schema.metadata.get(fileFormatKey)).toBe("77");
  });
});
