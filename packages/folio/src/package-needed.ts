import { LarderError } from "@larder/core";

/**
 * What to do where the import of an optional package fails: `import("…").catch(packageNeeded("…", "…"))`.
 *
 * @param message - what needs the package, and how it is installed
 * @returns throws LarderError `package-needed` when the package is not there, else what the import threw
 */
export function packageNeeded(name: string, message: string): (cause: unknown) => never {
  return (cause) => {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new LarderError(message, { code: "package-needed", facts: { package: name }, cause });
  };
}
