const seconds: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  sec: 1,
  second: 1,
  m: 60,
  min: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400,
  w: 604_800,
  week: 604_800,
};

/** How a duration can be written. */
export const durationExample = "30d";

/**
 * The seconds of a duration such as `30d`, `12 h`, `90 minutes` or `500ms`; a number alone is seconds. `undefined` when it is
 * none. Months and years are none: their lengths differ.
 */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = /^\s*(\d{1,16}(?:\.\d{1,16})?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const name = unit.toLowerCase();
  const perUnit =
    name === "" ? 1 : (own(name) ?? (name.length > 2 && name.endsWith("s") ? own(name.slice(0, -1)) : undefined));
  return perUnit === undefined ? undefined : Number(amount) * perUnit;
}

function own(unit: string): number | undefined {
  return Object.hasOwn(seconds, unit) ? seconds[unit] : undefined;
}
