const pattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?(Z|z|[+-]\d{2}:?\d{2})?)?$/;

/** As Larder writes times, on days that the months have in every year: nothing is to be done about them. */
const written =
  /^\d{4}-(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12]\d|30)|(?:0[13578]|1[02])-31|02-(?:0[1-9]|1\d|2[0-8]))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/**
 * A time by ISO 8601 as Larder writes it: UTC, to the millisecond. Finer digits are cut off; what has no zone is UTC, on
 * every machine.
 *
 * @returns `undefined` when it is no such time
 */
export function isoTime(text: string): string | undefined {
  if (written.test(text)) return text;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, date, time = "00:00", fraction = "", zone = "Z"] = match;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const seconds = time.length === 5 ? `${time}:00` : time;
  const at = Date.parse(`${date}T${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}${offset}`);
  if (Number.isNaN(at)) return undefined;
  // 31 February is taken for 3 March by the parser.
  const [year, month, day] = date!.split("-").map(Number);
  if (day! > new Date(Date.UTC(year!, month!, 0)).getUTCDate()) return undefined;
  return new Date(at).toISOString();
}
