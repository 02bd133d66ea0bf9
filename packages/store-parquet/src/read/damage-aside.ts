import { LarderError } from "@larder/core";

/** What a step gives, or `undefined` where it finds the file damaged or unsupported: the general way then says how, or is not touched by it. */
export async function damageAside<Result>(
  step: () => Result | Promise<Result | undefined> | undefined,
): Promise<Result | undefined> {
  try {
    return await step();
  } catch (error) {
    const isAside = LarderError.isInstance(error) && /^(damaged|unsupported)-parquet$/.test(error.code);
    if (isAside || error instanceof RangeError) return undefined;
    throw error;
  }
}
