import { randomBytes } from "node:crypto";

/** A random name, 16 hexadecimal digits: tells what has it from all else. */
export function newToken(): string {
  return randomBytes(8).toString("hex");
}
