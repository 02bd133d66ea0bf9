import { LarderError } from "@larder/core";
import type { RemoteErrorCode } from "../remote-error.js";
import { type RemoteSubject, remoteFailure, systemCodeOf } from "../remote-failure.js";

/** Codes that say there is nothing of the name. */
const absent: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR"]);

const refused: ReadonlySet<string> = new Set(["EACCES", "EPERM"]);

/** What may be over the next time: of network file systems, and of a process with too many files open. */
const passing: ReadonlySet<string> = new Set([
  "EIO",
  "ESTALE",
  "ETIMEDOUT",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTCONN",
  "EREMOTEIO",
  "EMFILE",
  "ENFILE",
  "EAGAIN",
  "EBUSY",
]);

/** Whether an error says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return absent.has(systemCodeOf(error));
}

/** The error of the storage that a system error stands for; its own are left as they are. */
export function fileFailure(error: unknown, subject: RemoteSubject): unknown {
  const systemCode = systemCodeOf(error);
  if (LarderError.isInstance(error) || systemCode === undefined) return error;
  return remoteFailure(
    codeOf(systemCode),
    subject,
    `the file system answered ${systemCode}`,
    { systemCode },
    hints[systemCode],
  );
}

function codeOf(systemCode: string): RemoteErrorCode {
  if (refused.has(systemCode)) return "remote-refused";
  if (systemCode === "EROFS") return "remote-read-only";
  return passing.has(systemCode) ? "remote-unreachable" : "remote-failed";
}

const hints: Readonly<Record<string, string>> = {
  EACCES: "Check the permissions of the file, and of the folders above it.",
  EPERM: "Check the permissions of the file, and of the folders above it.",
  ENOSPC: "Make room on the disk.",
  EDQUOT: "Make room: the quota is used up.",
  EMFILE: "Too many files are open: raise the limit (ulimit -n), or read fewer at a time.",
};
