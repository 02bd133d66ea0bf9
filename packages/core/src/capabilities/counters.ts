/** Named numbers that all processes add to, for statistics. Declared by `supports.counters`. */
export interface Counters {
  /**
   * Adds to counters; those that are not there begin at 0. May be kept in memory for some seconds and is lost when the
   * process is killed meanwhile; `close` and `readCounters` of the same backend write it out first.
   */
  addToCounters(amounts: Readonly<Record<string, number>>): void;
  /** All counters, as all processes have added to them. `clear` sets them back. */
  readCounters(): Promise<Readonly<Record<string, number>>>;
}
