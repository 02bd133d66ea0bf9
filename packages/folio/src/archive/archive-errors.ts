import { LarderError, redactedText } from "@larder/core";

/** An archive that does what no export does: it is refused for what it might be meant to do. */
export function unsafeArchive(file: string, member: string | undefined, reason: string): LarderError {
  return archiveError(
    "unsafe-archive",
    file,
    member,
    reason,
    "Nothing was imported. Import only archives made by exportCache.",
  );
}

/** An archive whose bytes are not those that were written. */
export function damagedArchive(file: string, member: string | undefined, reason: string): LarderError {
  return archiveError("damaged-archive", file, member, reason, "Nothing was imported. Copy or export it again.");
}

/** The file system does not give an archive, or the place for one. @param error - what it threw */
export function unusableArchive(file: string, use: "read" | "written", error: unknown): LarderError {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "failed";
  const reason = reasons[use][code] ?? `the file system says ${code}`;
  return new LarderError(`The archive ${file} can't be ${use}: ${reason}.`, {
    code: use === "read" ? "file-not-readable" : "file-not-writable",
    facts: { file, reason: code },
  });
}

const notAllowed = "you may not. Ask its owner, or choose another place";
const reasons: Readonly<Record<"read" | "written", Readonly<Record<string, string>>>> = {
  read: {
    ENOENT: "there is no such file. Check its path",
    EACCES: notAllowed,
    EISDIR: "it is a folder. Name the file",
  },
  written: {
    ENOENT: "its folder is not there. Make it first",
    ENOTDIR: "its folder is no folder. Check its path",
    EISDIR: "there is a folder of that name. Name a file",
    EACCES: notAllowed,
    EROFS: notAllowed,
    ENOSPC: "the disk is full. Free some space",
  },
};

function archiveError(
  code: string,
  file: string,
  member: string | undefined,
  reason: string,
  advice: string,
): LarderError {
  const name = member === undefined ? undefined : shownName(member);
  const which = name === undefined ? "" : `, at its member ${name}`;
  return new LarderError(`The archive ${file} was refused${which}: ${reason}. ${advice}`, {
    code,
    facts: { file, member: name, reason },
  });
}

/** A name that anybody may have chosen, in a message: short, quoted, without credentials. */
export function shownName(name: string): string {
  const text = redactedText(name);
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
