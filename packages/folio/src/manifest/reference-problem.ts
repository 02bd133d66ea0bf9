import { secretInAddress } from "@larder/core";

const longestReference = 4096;

/**
 * What is wrong with the address of a reference, to follow "the address"; `undefined` when nothing is. It is either absolute
 * (`s3://lab/flights.parquet`) or begins with `../` and is meant from the bundle's address. What is returned never shows the address.
 */
export function referenceProblem(address: string): string | undefined {
  if (address === "" || address !== address.trim() || address.length > longestReference) {
    return "must be an address such as 's3://lab/flights.parquet'";
  }
  const secret = secretInAddress(address);
  if (secret !== undefined) {
    return `has ${secret}, which everybody who reads the bundle would see: give the plain address`;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(address)) return "has control characters or backslashes";
  if (isRelativeReference(address)) {
    return isPlainRelative(address)
      ? undefined
      : "must begin with one '../', and go on with parts of letters, digits and '._~-'";
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(address) || !URL.canParse(address)) {
    return "must begin with a scheme, as 's3://lab/flights.parquet' does, or with '../'";
  }
  return undefined;
}

/** Whether an address is meant from that of the bundle: it begins with `../`. */
export function isRelativeReference(address: string): boolean {
  return address.startsWith("../");
}

function isPlainRelative(address: string): boolean {
  const parts = address.split("/").slice(1);
  // These mean the same in the addresses of every service.
  return parts.every((part) => /^[A-Za-z0-9._~-]+$/.test(part) && part !== "." && part !== "..");
}
