import { plainName } from "./normalised-syntax.js";
import { isFunctionNode, isTypeWrapper, nodeAt, type SyntaxNode, textAt } from "./syntax-node.js";

/**
 * What is done with a name, or with a property reached through it (`a.b.c` is a use of `a`).
 * `read`: its value is compared, computed with or tested, and can't be changed by that.
 * `write`: the name itself is assigned. `change`: a property is assigned or deleted.
 * `call`, `construct`: the name itself is called. `receiver`: a method found through it is called.
 * `argument`: handed to a call. `escape`: anything else; the value may be changed under another name.
 */
export type ReferenceUse = "read" | "write" | "change" | "call" | "construct" | "receiver" | "argument" | "escape";

export interface UseOfName {
  readonly use: ReferenceUse;
  /** The first property taken of it, when that is a plain name. */
  readonly property: string | undefined;
  /** How many properties deep. */
  readonly depth: number;
  /** The call it is part of: for `call`, `construct`, `receiver`, `argument`. */
  readonly call: SyntaxNode | undefined;
  /** The callee, as text when it is plain, of the call this is part of, or stands in an argument of, however deep. */
  readonly callee: string | undefined;
  /** Whether that call's result is thrown away: then it is made for what it does. */
  readonly discarded: boolean;
}

/** @param parents from the program down to the name's parent */
export function useOfName(name: SyntaxNode, parents: readonly SyntaxNode[]): UseOfName {
  let node = name;
  let at = parents.length - 1;
  let depth = 0;
  let property: string | undefined;
  for (; at >= 0; at--) {
    const parent = parents[at]!;
    if (parent.type === "MemberExpression" && parent.object === node) {
      if (depth === 0) property = plainName(parent, "property");
      depth++;
    } else if (!isTypeWrapper(parent) && parent.type !== "ChainExpression") break;
    node = parent;
  }
  const plain = (use: ReferenceUse): UseOfName => ({
    use,
    property,
    depth,
    call: undefined,
    callee: use === "escape" ? enclosingCallee(parents, at, node) : undefined,
    discarded: false,
  });
  const inCall = (use: ReferenceUse, call: SyntaxNode, from: number): UseOfName => ({
    use,
    property,
    depth,
    call,
    callee:
      call.type === "TaggedTemplateExpression" ? unknownCallee : (dottedName(nodeAt(call, "callee")!) ?? unknownCallee),
    discarded: isDiscarded(call, parents, from),
  });
  const written: ReferenceUse = depth === 0 ? "write" : "change";
  const parent = parents[at];
  if (parent === undefined) return plain("escape");
  switch (parent.type) {
    case "CallExpression":
    case "NewExpression":
    case "TaggedTemplateExpression": {
      const called = parent.callee === node || parent.tag === node;
      const direct = parent.type === "NewExpression" ? "construct" : "call";
      const use = !called ? "argument" : depth > 0 ? "receiver" : direct;
      return inCall(use, parent, at - 1);
    }
    case "SpreadElement": {
      const outer = parents[at - 1];
      if (outer?.type !== "CallExpression" && outer?.type !== "NewExpression") return plain("escape");
      return inCall("argument", outer, at - 2);
    }
    case "UpdateExpression":
      return plain(written);
    case "UnaryExpression":
      return plain(parent.operator === "delete" ? written : "read");
    case "BinaryExpression":
    case "TemplateLiteral":
    case "ExpressionStatement":
    case "SwitchStatement":
    case "SwitchCase":
      return plain("read");
    case "IfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForStatement":
    case "ConditionalExpression":
      return plain(parent.test === node ? "read" : "escape");
    case "MemberExpression":
      return plain("read");
    case "AssignmentExpression":
    case "ForInStatement":
    case "ForOfStatement":
      return plain(parent.left === node ? written : "escape");
    case "Property":
      if (parent.key === node && parent.value !== node) return plain("read");
      return plain(isAssigned(parent, parents, at - 1) ? written : "escape");
    case "ArrayPattern":
    case "RestElement":
    case "AssignmentPattern":
      return plain(parent.right !== node && isAssigned(parent, parents, at - 1) ? written : "escape");
    default:
      return plain("escape");
  }
}

/** Whether a piece of a pattern is the target of an assignment. */
function isAssigned(piece: SyntaxNode, parents: readonly SyntaxNode[], from: number): boolean {
  let node = piece;
  for (let at = from; at >= 0; at--) {
    const parent = parents[at]!;
    switch (parent.type) {
      case "AssignmentExpression":
      case "ForInStatement":
      case "ForOfStatement":
        return parent.left === node;
      case "AssignmentPattern":
        if (parent.left !== node) return false;
        break;
      case "Property":
        if (parent.value !== node) return false;
        break;
      case "ObjectPattern":
      case "ArrayPattern":
      case "RestElement":
        break;
      default:
        return false;
    }
    node = parent;
  }
  return false;
}

/** The callee of the nearest call that has `node` somewhere in its arguments, not looking beyond functions. */
function enclosingCallee(parents: readonly SyntaxNode[], from: number, inner: SyntaxNode): string | undefined {
  let node = inner;
  for (let at = from; at >= 0; at--) {
    const parent = parents[at]!;
    if (isFunctionNode(parent) || parent.type.endsWith("Statement")) return undefined;
    if (parent.type === "CallExpression" || parent.type === "NewExpression") {
      if (parent.callee !== node) return dottedName(nodeAt(parent, "callee")!) ?? unknownCallee;
    }
    node = parent;
  }
  return undefined;
}

/** Stands for a callee that is no plain name. */
export const unknownCallee = "(computed)";

function isDiscarded(call: SyntaxNode, parents: readonly SyntaxNode[], from: number): boolean {
  let node = call;
  for (let at = from; at >= 0; at--) {
    const parent = parents[at]!;
    switch (parent.type) {
      case "ExpressionStatement":
        return true;
      case "ArrowFunctionExpression":
        return parent.body === node;
      case "MemberExpression":
        if (parent.object !== node) return false;
        break;
      case "CallExpression":
        // A chain, a(x).b(): what the first call made is used, but a chain thrown away was made for what it does.
        if (parent.callee !== node) return false;
        break;
      case "AwaitExpression":
      case "ChainExpression":
      case "LogicalExpression":
      case "ConditionalExpression":
      case "SequenceExpression":
        break;
      case "UnaryExpression":
        if (parent.operator !== "void") return false;
        break;
      default:
        if (!isTypeWrapper(parent)) return false;
    }
    node = parent;
  }
  return false;
}

/** `a.b.c` as text, for callees that are names and plain properties. */
export function dottedName(node: SyntaxNode): string | undefined {
  if (node.type === "Identifier") return textAt(node, "name");
  if (node.type !== "MemberExpression" || node.computed === true) return undefined;
  const object = nodeAt(node, "object");
  const rest = plainName(node, "property");
  const start = object === undefined ? undefined : dottedName(object);
  return start === undefined || rest === undefined ? undefined : `${start}.${rest}`;
}
