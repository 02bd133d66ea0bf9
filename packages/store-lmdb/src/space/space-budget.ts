/**
 * Where an index gets the bytes that it may take, when it is one of several that keep to one limit together. What it has
 * got is its own limit (`SpacePolicy.sizeLimitBytes`), which all processes see, and which nobody else can use: so nothing
 * is asked while there is room, and what a killed process asked for is not lost.
 *
 * An index without a budget has the limit that was set for it, and no more.
 */
export interface SpaceBudget {
  /**
   * Whether asking for more was of no use just now: then room is made by eviction at once. Synchronous and cheap: called
   * within transactions. May be out of date.
   */
  isExhausted(): boolean;
  /**
   * Asks for at least `missingBytes` more, larger grants to save asking; raises the limit of the index by what was got
   * (`writePolicy`, in a transaction of its own). Called outside of transactions.
   *
   * @returns whether the limit was raised; `false`: room has to be made by eviction
   */
  grow(missingBytes: number): Promise<boolean>;
}
