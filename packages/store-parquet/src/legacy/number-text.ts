/**
 * How a program writes a floating-point number: a cell was made by one of these ways when writing its number gives the
 * cell again. JavaScript: https://tc39.es/ecma262/#sec-numeric-types-number-tostring; Python:
 * https://docs.python.org/3/library/functions.html#repr
 */
export type NumberNotation = (value: number, cell: string) => string;

/** The ways tried for a column, in this order; one must fit all its cells. */
export const numberNotations: readonly NumberNotation[] = [javaScriptText, pythonText, fixedText];

const integerPattern = /^(?:0|-?[1-9]\d{0,18})$/;
const numberPattern = /^-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
const [leastInt64, mostInt64] = [-(2n ** 63n), 2n ** 63n - 1n];

/** The integer a cell writes in the one usual way (no `+`, no leading zeros, no `-0`), if 64 bits hold it. */
export function integerOf(cell: string): bigint | undefined {
  if (!integerPattern.test(cell)) return undefined;
  const value = BigInt(cell);
  return value >= leastInt64 && value <= mostInt64 ? value : undefined;
}

/** The number a cell writes in the given way; `undefined` when it does not, or when a double does not hold it. */
export function floatOf(cell: string, notation: NumberNotation): number | undefined {
  if (!numberPattern.test(cell)) return undefined;
  const value = numberOf(cell);
  if (notation(value, cell) !== cell) return undefined;
  // A whole number beyond 2⁵³ is more likely an identifier than a measurement.
  if (/^-?\d+$/.test(cell) && !Number.isSafeInteger(value)) return undefined;
  return value;
}

function numberOf(cell: string): number {
  switch (cell.toLowerCase()) {
    case "nan":
      return Number.NaN;
    case "inf":
    case "infinity":
      return Number.POSITIVE_INFINITY;
    case "-inf":
    case "-infinity":
      return Number.NEGATIVE_INFINITY;
    default:
      return Number(cell);
  }
}

function javaScriptText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function pythonText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [digits, power] = Math.abs(value).toExponential().split("e") as [string, string];
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${sign}${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const text = plainText(digits.replace(".", ""), exponent);
  return `${sign}${text.includes(".") ? text : `${text}.0`}`;
}

/** Digits whose first stands for 10^exponent, written without an exponent. */
function plainText(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = digits.slice(exponent + 1);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** As many decimals as the cell has; that all cells have as many is for the column to see. */
function fixedText(value: number, cell: string): string {
  const decimals = decimalsOf(cell);
  if (decimals === 0 || decimals > 100 || !Number.isFinite(value)) return "";
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}

/** How many digits stand after the point. */
export function decimalsOf(cell: string): number {
  const point = cell.indexOf(".");
  return point < 0 ? 0 : cell.length - point - 1;
}
