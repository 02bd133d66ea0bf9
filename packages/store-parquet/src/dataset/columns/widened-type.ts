/** A column's type as parts tell it: `PartColumn` is one. */
export interface StoredType {
  /** As `typeText` makes it. */
  readonly type: string;
  /** Of 64-bit integers: whether each value is at most 2⁵³ in size. Absent: not known, so no. */
  readonly fitsDouble?: boolean;
}

/**
 * The smallest type that the values of both types turn into exactly; `undefined` when there is none.
 *
 * - the same type: that, so a dictionary stays one; else a dictionary counts as its values
 * - `Null` and another: the other
 * - integers: the smallest integer type that holds both. `Uint64` with a signed type only where its values fit a double: then `Int64`
 * - `Float32` with `Int8`, `Int16`, `Uint8`: `Float32`
 * - other integers with floats, and floats of both sizes: `Float64`; of 64 bits only where their values fit a double
 * - `Utf8` with `LargeUtf8`, `Binary` with `LargeBinary`: the large one
 *
 * Commutative and idempotent, and associative, also in what is `undefined`: a column's type does not depend on the order in
 * which its parts came. (For that `Uint16` with `Float32` is `Float64`, though `Float32` would hold both: with `Int16` too,
 * it could as well become `Int32`.)
 */
export function widenedType(left: StoredType, right: StoredType): StoredType | undefined {
  if (left.type === right.type) return stored(left.type, fits(left) && fits(right));
  if (left.type === "Null") return stored(right.type, fits(right));
  if (right.type === "Null") return stored(left.type, fits(left));
  const types = [valueType(left.type), valueType(right.type)] as const;
  const bothFit = fits(left) && fits(right);
  const type =
    types[0] === types[1]
      ? types[0]
      : (widerInt(...types, left, right) ?? widerFloat(...types, bothFit) ?? larger(...types));
  return type === undefined ? undefined : stored(type, bothFit);
}

interface IntShape {
  readonly bits: number;
  readonly isSigned: boolean;
}

function intShape(type: string): IntShape | undefined {
  const match = /^(Int|Uint)(8|16|32|64)$/.exec(type);
  return match ? { bits: Number(match[2]), isSigned: match[1] === "Int" } : undefined;
}

function widerInt(leftType: string, rightType: string, left: StoredType, right: StoredType): string | undefined {
  const one = intShape(leftType);
  const other = intShape(rightType);
  if (!one || !other) return undefined;
  if (one.isSigned === other.isSigned) return one.bits >= other.bits ? leftType : rightType;
  const [signed, unsigned] = one.isSigned ? [one, other] : [other, one];
  if (unsigned.bits === 64) return fits(one.isSigned ? right : left) ? "Int64" : undefined;
  return `Int${Math.max(signed.bits, unsigned.bits * 2)}`;
}

function widerFloat(left: string, right: string, bothFit: boolean): string | undefined {
  const isFloat = (type: string): boolean => type === "Float32" || type === "Float64";
  const isNumber = (type: string): boolean => isFloat(type) || intShape(type) !== undefined;
  if (!isNumber(left) || !isNumber(right) || !bothFit) return undefined;
  if (!isFloat(left) && !isFloat(right)) return undefined;
  const fitsFloat32 = (type: string): boolean => ["Float32", "Int8", "Int16", "Uint8"].includes(type);
  return fitsFloat32(left) && fitsFloat32(right) ? "Float32" : "Float64";
}

/** Of texts or bytes with offsets of 32 and of 64 bits. Lists are not widened. */
function larger(left: string, right: string): string | undefined {
  const [small, large] = left.startsWith("Large") ? [right, left] : [left, right];
  return (small === "Utf8" || small === "Binary") && large === `Large${small}` ? large : undefined;
}

/** The type of a dictionary's values; other types are their own. */
function valueType(type: string): string {
  return /^Dictionary<\w+, (.*)>$/s.exec(type)?.[1] ?? type;
}

function isLong(type: string): boolean {
  return intShape(valueType(type))?.bits === 64;
}

function fits({ type, fitsDouble }: StoredType): boolean {
  return !isLong(type) || fitsDouble === true;
}

function stored(type: string, fitsDouble: boolean): StoredType {
  return isLong(type) ? { type, fitsDouble } : { type };
}
