import type { ValueCodec } from "@larder/core";

/** An entry that stands for the one under another key. */
export class Alias {
  constructor(readonly key: string) {}
}

/** Stores an {@link Alias} as the key it stands for, in UTF-8. */
export const aliasCodec: ValueCodec<Alias> = {
  name: "larder.alias.1",
  accepts: (value) => value instanceof Alias,
  encode: (alias) => ({ bytes: new TextEncoder().encode(alias.key) }),
  async decode(source) {
    return new Alias(new TextDecoder().decode(await source.slice(0)));
  },
};
