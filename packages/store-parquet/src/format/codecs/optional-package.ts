/**
 * A package that need not be there: not installed, or without a binary for this platform.
 *
 * @param load asks for it by a literal name, so that who fingerprints code sees what may run
 */
export function optionalPackage<Library>(load: () => unknown): Library | undefined {
  try {
    return load() as Library;
  } catch {
    return undefined;
  }
}
