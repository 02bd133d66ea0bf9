/**
 * A `UsageError`. Loaded when it is needed: who only asks for help does not wait for the package that errors come from.
 *
 * @param near - a name that was not known, and those that are: the nearest is added to the message
 */
export async function usageFailure(
  message: string,
  facts: Readonly<Record<string, unknown>> = {},
  near?: { readonly wanted: string; readonly names: readonly string[] },
): Promise<Error> {
  const [{ UsageError }, { nearestName }] = await Promise.all([import("./usage-error.js"), import("@larder/core")]);
  const nearest = near === undefined ? undefined : nearestName(near.wanted, near.names);
  return new UsageError(nearest === undefined ? message : `${message} Did you mean '${nearest}'?`, {
    ...facts,
    ...(nearest !== undefined && { nearest }),
  });
}
