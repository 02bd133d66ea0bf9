import {
  type Data,
  DateDay,
  Dictionary,
  Int16,
  Int32,
  makeData,
  Table,
  Utf8,
  Vector,
  vectorFromArray,
} from "apache-arrow";

/** Columns of the flights table, one value per flight, as they pass between nodes. */
export type FlightsColumns = {
  /** Day of departure. */
  date: DateDay;
  /** Minutes late; negative is early. */
  delay: Int32;
  /** Miles. */
  distance: Int32;
  /** IATA code. */
  origin: Dictionary<Utf8>;
  /** IATA code. */
  destination: Dictionary<Utf8>;
};

/** The names of the columns, in order. */
export const flightsColumns = ["date", "delay", "distance", "origin", "destination"] as const;

/** The flights as typed arrays, one element per flight: what the loops of the nodes work on. */
export interface FlightArrays {
  /** Days since 1970-01-01. */
  readonly date: Int32Array;
  readonly delay: Int32Array;
  readonly distance: Int32Array;
  /** Indices into `originNames`. */
  readonly origin: NameIndices;
  /** Indices into `destinationNames`. */
  readonly destination: NameIndices;
  readonly originNames: readonly string[];
  readonly destinationNames: readonly string[];
  /** 1 where a value of the flight is missing; absent when none is. */
  readonly incomplete?: Uint8Array;
}

/** What is known of each departure: all that the nodes after `clean` ask of a flight. */
export type Departures = Pick<FlightArrays, "date" | "delay" | "origin" | "originNames">;

/** Columns of the departures table. */
export type DeparturesColumns = Pick<FlightsColumns, "date" | "delay" | "origin">;

/** Sixteen bits are enough for 32,768 names. */
export type NameIndices = Int16Array | Int32Array;

/** An array for `length` indices into `nameCount` names. */
export function nameIndices(length: number, nameCount: number): NameIndices {
  return nameCount <= 32_768 ? new Int16Array(length) : new Int32Array(length);
}

/** An Arrow table over the arrays: they are not copied. Flights with a missing value get a null delay. */
export function flightsTable(arrays: FlightArrays): Table<FlightsColumns> {
  return new Table<FlightsColumns>({
    date: dateVector(arrays.date),
    delay: delayVector(arrays.delay, arrays.incomplete),
    distance: new Vector([
      makeData({ type: new Int32(), length: arrays.distance.length, nullCount: 0, data: arrays.distance }),
    ]),
    origin: namesVector(arrays.origin, arrays.originNames),
    destination: namesVector(arrays.destination, arrays.destinationNames),
  });
}

/** An Arrow table over the arrays: they are not copied. */
export function departuresTable({ date, delay, origin, originNames }: Departures): Table<DeparturesColumns> {
  return new Table<DeparturesColumns>({
    date: dateVector(date),
    delay: delayVector(delay),
    origin: namesVector(origin, originNames),
  });
}

function dateVector(date: Int32Array): Vector<DateDay> {
  return new Vector([makeData({ type: new DateDay(), length: date.length, nullCount: 0, data: date })]);
}

function delayVector(delay: Int32Array, incomplete?: Uint8Array): Vector<Int32> {
  const type = new Int32();
  if (incomplete === undefined) {
    return new Vector([makeData({ type, length: delay.length, nullCount: 0, data: delay })]);
  }
  const nullBitmap = new Uint8Array(Math.ceil(delay.length / 64) * 8);
  let nullCount = 0;
  for (let row = 0; row < delay.length; row++) {
    if (incomplete[row]) nullCount++;
    else nullBitmap[row >> 3]! |= 1 << (row & 7);
  }
  return new Vector([makeData({ type, length: delay.length, nullCount, nullBitmap, data: delay })]);
}

/** The arrays under an Arrow table of flights; copied only where the table is in several batches. */
export function flightArrays(table: Table<FlightsColumns>): FlightArrays {
  const delay = table.getChild("delay")!;
  const destination = namesUnder(table.getChild("destination")!);
  return {
    ...departureArrays(table as unknown as Table<DeparturesColumns>),
    distance: joined(table.getChild("distance")!, Int32Array),
    destination: destination.indices,
    destinationNames: destination.names,
    ...(delay.nullCount === 0 ? {} : { incomplete: nullsOf(delay) }),
  };
}

/** The arrays under an Arrow table of departures; copied only where the table is in several batches. */
export function departureArrays(table: Table<DeparturesColumns>): Departures {
  const origin = namesUnder(table.getChild("origin")!);
  return {
    date: joined(table.getChild("date")!, Int32Array),
    delay: joined(table.getChild("delay")!, Int32Array),
    origin: origin.indices,
    originNames: origin.names,
  };
}

function namesVector(indices: NameIndices, names: readonly string[]): Vector<Dictionary<Utf8>> {
  const dictionary = vectorFromArray(names as string[], new Utf8());
  const type = new Dictionary(new Utf8(), indices instanceof Int16Array ? new Int16() : new Int32());
  const length = indices.length;
  const data = makeData({ type, length, nullCount: 0, data: indices, dictionary } as Parameters<typeof makeData>[0]);
  return new Vector([data as Data<Dictionary<Utf8>>]);
}

function namesUnder(vector: Vector<Dictionary<Utf8>>): { indices: NameIndices; names: readonly string[] } {
  const dictionaries = new Set(vector.data.map((data) => data.dictionary));
  if (dictionaries.size <= 1) {
    const names = (vector.data[0]?.dictionary?.toArray() ?? []) as readonly string[];
    return { indices: joined(vector, nameIndices(0, names.length).constructor as typeof Int32Array), names };
  }
  // Each batch has numbered the names its own way: number them anew.
  const numbers = new Map<string, number>();
  const indices = new Int32Array(vector.length);
  let at = 0;
  for (const data of vector.data) {
    const renumbered = Array.from(data.dictionary as Vector<Utf8>, (name) => {
      const text = name ?? "";
      if (!numbers.has(text)) numbers.set(text, numbers.size);
      return numbers.get(text)!;
    });
    const values = data.values as NameIndices;
    for (let row = 0; row < data.length; row++) indices[at++] = renumbered[values[row]!]!;
  }
  return { indices, names: [...numbers.keys()] };
}

function joined<Values extends NameIndices>(vector: Vector, ArrayType: { new (length: number): Values }): Values {
  const [only] = vector.data;
  if (vector.data.length === 1 && only !== undefined) return (only.values as Values).subarray(0, only.length) as Values;
  const all = new ArrayType(vector.length);
  let at = 0;
  for (const data of vector.data) {
    all.set((data.values as Values).subarray(0, data.length), at);
    at += data.length;
  }
  return all;
}

function nullsOf(vector: Vector): Uint8Array {
  const nulls = new Uint8Array(vector.length);
  let at = 0;
  for (const data of vector.data) {
    for (let row = 0; row < data.length; row++) nulls[at++] = data.getValid(row) ? 0 : 1;
  }
  return nulls;
}
