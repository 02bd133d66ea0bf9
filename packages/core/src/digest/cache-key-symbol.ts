/**
 * A class instance or function with a method of this name is digested as what the method returns, which must say
 * everything that matters about it: `[cacheKeySymbol]() { return [this.host, this.port]; }`.
 * It is `Symbol.for("larder.cacheKey")`, so that it is the same in every copy of this package.
 */
export const cacheKeySymbol: unique symbol = Symbol.for("larder.cacheKey") as never;

/** An object that says itself what it is digested as. */
export interface Keyed {
  [cacheKeySymbol](): unknown;
}
