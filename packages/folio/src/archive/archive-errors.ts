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
