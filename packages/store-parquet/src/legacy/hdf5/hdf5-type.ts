/** What h5wasm says of the type and shape of a dataset, an attribute, or a member of a compound. */
export interface Hdf5Type {
  /** HDF5's class of types; see {@link Hdf5Class}. */
  readonly type: number;
  /** Bytes of one value. */
  readonly size: number;
  readonly signed: boolean;
  readonly littleEndian: boolean;
  /** Text of variable length. */
  readonly vlen: boolean;
  /** Of text: 0 is ASCII, 1 is UTF-8. */
  readonly cset?: number;
  /** Of text of fixed length: 0 ends at a null byte, 1 is filled with null bytes, 2 with spaces. */
  readonly strpad?: number;
  readonly shape: readonly number[] | null;
  readonly total_size: number;
  readonly enum_type?: {
    readonly type: number;
    readonly nmembers: number;
    readonly members: Readonly<Record<string, number>>;
  };
  readonly compound_type?: { readonly members: readonly Hdf5Member[] };
  readonly array_type?: Hdf5Type;
  readonly vlen_type?: Hdf5Type;
  readonly virtual_sources?: readonly unknown[];
}

/** A field of a compound type. */
export interface Hdf5Member extends Hdf5Type {
  readonly name: string;
  readonly offset: number;
}

/** HDF5's numbers for its classes of types. Source: https://support.hdfgroup.org/documentation/hdf5/latest/_h5_t__u_g.html */
export const Hdf5Class = {
  integer: 0,
  float: 1,
  time: 2,
  text: 3,
  bits: 4,
  opaque: 5,
  compound: 6,
  reference: 7,
  enumeration: 8,
  sequence: 9,
  array: 10,
} as const;

const names: readonly string[] = [
  "integers",
  "floating-point numbers",
  "times of HDF5",
  "text",
  "bits",
  "opaque bytes",
  "compound values",
  "references",
  "enumerated values",
  "values of variable length",
  "arrays",
];

/** A type in words, as in "floating-point numbers of 16 bytes". */
export function typeWords(type: Hdf5Type): string {
  return `${names[type.type] ?? "values of an unknown class"} of ${type.size} bytes`;
}

/** The enumeration by which h5py and NumPy write booleans. */
export function isBoolEnum({ enum_type, size }: Hdf5Type): boolean {
  return size === 1 && enum_type?.nmembers === 2 && enum_type.members.FALSE === 0 && enum_type.members.TRUE === 1;
}

/** Whether values of this type hold pointers into the library's memory. */
export function hasText(type: Hdf5Type): boolean {
  return (
    type.vlen ||
    (type.compound_type?.members.some(hasText) ?? false) ||
    (type.array_type ? hasText(type.array_type) : false)
  );
}

/**
 * The members of a compound as their bytes come from h5wasm: it turns a compound to little-endian when all of its numbers are
 * big-endian, and leaves it as it is when both are in it.
 */
export function membersAsRead(type: Hdf5Type): readonly Hdf5Member[] {
  const members = type.compound_type?.members ?? [];
  const ordered = members.map((member) => member.array_type ?? member).filter((member) => hasOrder(member));
  const turned = ordered.every((member) => !member.littleEndian);
  return turned ? members.map(asLittleEndian) : members;
}

function asLittleEndian(member: Hdf5Member): Hdf5Member {
  const { array_type: array } = member;
  return { ...member, littleEndian: true, ...(array && { array_type: { ...array, littleEndian: true } }) };
}

function hasOrder({ type, size }: Hdf5Type): boolean {
  const ordered: readonly number[] = [Hdf5Class.integer, Hdf5Class.float, Hdf5Class.enumeration, Hdf5Class.bits];
  return ordered.includes(type) && size >= 1;
}
