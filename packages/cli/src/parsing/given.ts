/** What was given on a command line: checked against the command's description, values already read. */
export interface Given {
  /** By the argument's name. */
  argument(name: string): string | undefined;
  /** All of a repeated argument. */
  argumentsOf(name: string): readonly string[];
  /** Whether an option without a value was given. */
  has(option: string): boolean;
  text(option: string): string | undefined;
  /** All values of an option that may be repeated. */
  list(option: string): readonly string[];
  /** A count, a size in bytes, or a duration in seconds, as the option says. */
  number(option: string): number | undefined;
}

export type OptionValue = true | string | number | readonly string[];

/** @param args - by the argument's name; `options` by theirs */
export function given(args: ReadonlyMap<string, readonly string[]>, options: ReadonlyMap<string, OptionValue>): Given {
  return {
    argument: (name) => args.get(name)?.[0],
    argumentsOf: (name) => args.get(name) ?? [],
    has: (option) => options.get(option) === true,
    text(option) {
      const value = options.get(option);
      return typeof value === "string" ? value : undefined;
    },
    list(option) {
      const value = options.get(option);
      return Array.isArray(value) ? (value as readonly string[]) : [];
    },
    number(option) {
      const value = options.get(option);
      return typeof value === "number" ? value : undefined;
    },
  };
}
