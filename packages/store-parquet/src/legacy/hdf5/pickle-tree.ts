import { type PickleBytes, pickleBytes } from "./pickle-bytes.js";

/** What a pickle says, as data; what Python would look up or call is a {@link PickledObject}: described, never made. */
export type PickleNode =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | PickleNode[]
  | Map<PickleNode, PickleNode>
  | PickledObject;

/** Something of Python's: the name it has there, and what it would be made from. */
export class PickledObject {
  state: PickleNode = null;
  constructor(
    readonly name: string,
    readonly args: PickleNode,
  ) {}
}

interface Machine {
  readonly bytes: PickleBytes;
  readonly stack: PickleNode[];
  /** Heights of the stack at the marks. */
  readonly marks: number[];
  readonly memo: Map<number, PickleNode>;
}

/**
 * Reads a pickle as a description, by the opcodes of protocols 0 to 5. Nothing that it names is imported, looked up or called:
 * the opcodes for that make a {@link PickledObject} of their operands. Lists and tuples are both arrays.
 *
 * Source: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 *
 * @throws RangeError or SyntaxError when it is none, is cut short, or has an opcode that plain data does not need
 */
export function pickleTree(bytes: Uint8Array): PickleNode {
  const machine: Machine = { bytes: pickleBytes(bytes), stack: [], marks: [], memo: new Map() };
  for (;;) {
    const code = machine.bytes.uint8();
    if (code === 0x2e) return pop(machine);
    const run = opcodes.get(code);
    if (!run)
      throw new SyntaxError(`The pickle has the opcode 0x${code.toString(16)}, which plain data does not need.`);
    run(machine);
  }
}

function pop({ stack, marks }: Machine): PickleNode {
  if (stack.length <= (marks.at(-1) ?? 0)) throw new SyntaxError("The pickle takes from an empty stack.");
  return stack.pop()!;
}

function popToMark({ stack, marks }: Machine): PickleNode[] {
  const height = marks.pop();
  if (height === undefined) throw new SyntaxError("The pickle lacks a mark.");
  return stack.splice(height);
}

function popText(machine: Machine): string {
  const value = pop(machine);
  if (typeof value !== "string") throw new SyntaxError("The pickle has something else where a name belongs.");
  return value;
}

/** Adds to what lies on top of the stack. */
function addAll(machine: Machine, items: readonly PickleNode[]): void {
  const target = machine.stack.at(-1);
  if (!Array.isArray(target)) throw new SyntaxError("The pickle adds to something that is no list.");
  for (const item of items) target.push(item);
}

function setAll(machine: Machine, items: readonly PickleNode[]): void {
  const target = machine.stack.at(-1);
  if (!(target instanceof Map)) throw new SyntaxError("The pickle sets a member of something that is no dictionary.");
  setPairs(target, items);
}

function setPairs(target: Map<PickleNode, PickleNode>, items: readonly PickleNode[]): Map<PickleNode, PickleNode> {
  if (items.length % 2 !== 0) throw new SyntaxError("The pickle has a key without a value.");
  for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
  return target;
}

function remember({ stack, memo }: Machine, place: number): void {
  const top = stack.at(-1);
  if (top === undefined) throw new SyntaxError("The pickle remembers what is not there.");
  memo.set(place, top);
}

function recall({ stack, memo }: Machine, place: number): void {
  const value = memo.get(place);
  if (value === undefined) throw new SyntaxError("The pickle recalls what it never remembered.");
  stack.push(value);
}

function describe(machine: Machine): void {
  const args = pop(machine);
  const callee = pop(machine);
  const name = callee instanceof PickledObject ? callee.name : "something that is no function";
  machine.stack.push(new PickledObject(name, args));
}

function build(machine: Machine): void {
  const state = pop(machine);
  const target = machine.stack.at(-1);
  if (target instanceof PickledObject) target.state = state;
}

/** An integer in the text protocol, where 00 and 01 are the booleans. */
function intOf(line: string): PickleNode {
  if (line === "00" || line === "01") return line === "01";
  return BigInt(line);
}

/** What needs no operands but those read here. */
function pushing(read: (bytes: PickleBytes) => PickleNode): (machine: Machine) => void {
  return ({ bytes, stack }) => {
    stack.push(read(bytes));
  };
}

function tupleOf(length: number): (machine: Machine) => void {
  return (machine) => {
    const items = Array.from({ length }, () => pop(machine)).reverse();
    machine.stack.push(items);
  };
}

const opcodes: ReadonlyMap<number, (machine: Machine) => void> = new Map(
  Object.entries({
    "\x80": ({ bytes }) => void bytes.uint8(),
    "\x95": ({ bytes }) => void bytes.take(8),
    "(": ({ stack, marks }) => void marks.push(stack.length),
    "0": (machine) => void pop(machine),
    "1": (machine) => void popToMark(machine),
    N: pushing(() => null),
    "\x88": pushing(() => true),
    "\x89": pushing(() => false),
    I: pushing((bytes) => intOf(bytes.line())),
    L: pushing((bytes) => BigInt(bytes.line().replace(/L$/, ""))),
    F: pushing((bytes) => Number(bytes.line())),
    K: pushing((bytes) => BigInt(bytes.uint8())),
    M: pushing((bytes) => bytes.integer(2)),
    J: pushing((bytes) => BigInt.asIntN(32, bytes.integer(4))),
    "\x8a": pushing((bytes) => bytes.signed(bytes.uint8())),
    G: pushing((bytes) => bytes.double()),
    V: pushing((bytes) => bytes.escapedLine()),
    S: pushing((bytes) => bytes.quotedLine()),
    X: pushing((bytes) => bytes.text(bytes.length(4))),
    "\x8c": pushing((bytes) => bytes.text(bytes.length(1))),
    "\x8d": pushing((bytes) => bytes.text(bytes.length(8))),
    C: pushing((bytes) => bytes.take(bytes.length(1))),
    B: pushing((bytes) => bytes.take(bytes.length(4))),
    "]": pushing(() => []),
    ")": pushing(() => []),
    "}": pushing(() => new Map()),
    t: (machine) => void machine.stack.push(popToMark(machine)),
    l: (machine) => void machine.stack.push(popToMark(machine)),
    d: (machine) => void machine.stack.push(setPairs(new Map(), popToMark(machine))),
    "\x85": tupleOf(1),
    "\x86": tupleOf(2),
    "\x87": tupleOf(3),
    a: (machine) => addAll(machine, [pop(machine)]),
    e: (machine) => addAll(machine, popToMark(machine)),
    s: (machine) => setAll(machine, [pop(machine), pop(machine)].reverse()),
    u: (machine) => setAll(machine, popToMark(machine)),
    p: (machine) => remember(machine, Number(machine.bytes.line())),
    q: (machine) => remember(machine, machine.bytes.uint8()),
    r: (machine) => remember(machine, machine.bytes.length(4)),
    "\x94": (machine) => remember(machine, machine.memo.size),
    g: (machine) => recall(machine, Number(machine.bytes.line())),
    h: (machine) => recall(machine, machine.bytes.uint8()),
    j: (machine) => recall(machine, machine.bytes.length(4)),
    c: pushing((bytes) => new PickledObject(`${bytes.line()}.${bytes.line()}`, null)),
    "\x93": (machine) => {
      const name = popText(machine);
      machine.stack.push(new PickledObject(`${popText(machine)}.${name}`, null));
    },
    R: describe,
    "\x81": describe,
    b: build,
  } satisfies Record<string, (machine: Machine) => void>).map(([character, run]) => [character.charCodeAt(0), run]),
);
