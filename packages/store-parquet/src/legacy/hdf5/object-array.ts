import { PickledObject, type PickleNode } from "./pickle-tree.js";

/** Names of the function by which NumPy's arrays say in a pickle how to make them anew. */
const reconstruct = /^numpy\.(?:core|_core)\.multiarray\._reconstruct$/;

/**
 * The texts of a NumPy array of objects that was pickled, which is how pandas keeps columns of text in its `fixed` format. `None` and NaN,
 * both of which mean "missing" to pandas, are null.
 *
 * @returns a sentence when it is anything else than an array of text and missing values
 */
export function textsOfObjectArray(node: PickleNode): (string | null)[] | string {
  if (!(node instanceof PickledObject) || !reconstruct.test(node.name)) return "it is not an array of NumPy";
  // Source: array_reduce in NumPy's methods.c: version, shape, type, whether in Fortran's order, elements.
  if (!Array.isArray(node.state) || node.state.length !== 5) return "it is an array of NumPy in an unknown form";
  // Elements stand row by row, also where the array itself was in Fortran's order.
  const [, shape, , , elements] = node.state;
  if (!Array.isArray(shape) || !Array.isArray(elements)) return "its elements are not Python objects";
  const length = shape.reduce<number>((product, side) => product * Number(side), 1);
  if (length !== elements.length) return `it has ${elements.length} elements in a shape of ${length}`;
  const texts: (string | null)[] = [];
  for (const element of elements) {
    if (typeof element === "string") texts.push(element);
    else if (element === null || (typeof element === "number" && Number.isNaN(element))) texts.push(null);
    else return `it holds ${kindOf(element)} beside text`;
  }
  return texts;
}

/** The sides of a pickled array of NumPy, if it is one. */
export function shapeOfObjectArray(node: PickleNode): readonly number[] | undefined {
  if (!(node instanceof PickledObject) || !Array.isArray(node.state)) return undefined;
  const shape = node.state[1];
  return Array.isArray(shape) ? shape.map(Number) : undefined;
}

function kindOf(element: PickleNode): string {
  if (element instanceof PickledObject) return `objects of the type ${element.name}`;
  if (element instanceof Uint8Array) return "bytes";
  if (element instanceof Map) return "dictionaries";
  if (Array.isArray(element)) return "lists";
  return typeof element === "boolean" ? "booleans" : "numbers";
}
