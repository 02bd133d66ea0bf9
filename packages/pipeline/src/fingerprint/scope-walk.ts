import { hazardOf, importedText, isCreateRequireCall, type LoadOrHazard, literalText } from "./load-or-hazard.js";
import { dottedName, type UseOfName, useOfName } from "./reference-use.js";
import { declare, functionScope, innerScope, moduleScope, type Scope, scopeOf, varScope } from "./scope.js";
import {
  isClassNode,
  isErased,
  isFunctionNode,
  isSyntaxNode,
  isTypeWrapper,
  nodeAt,
  nodesAt,
  type SyntaxNode,
  textAt,
  withoutTypes,
} from "./syntax-node.js";
import { shapeOf } from "./syntax-shape.js";

/** A name used. `this`, `arguments`, `super` and `new.target` count as names. */
export interface Reference extends UseOfName {
  readonly name: string;
  readonly start: number;
  /** Index of the module-level unit it stands in. */
  readonly unit: number;
  /** The scope that declares it; `undefined` for a global. */
  readonly home: Scope | undefined;
  /** Whether it is inside a function, so not used when the module is evaluated unless that is called. */
  readonly deferred: boolean;
  /** The callee, as text, of the module-level call that it, or the function around it, is an argument of. */
  readonly handedTo: string | undefined;
}

export interface ScopeWalk {
  readonly scope: Scope;
  /** In the order of the source. */
  readonly references: readonly Reference[];
  readonly loads: readonly LoadOrHazard[];
  /** Calls with at least two arguments: where `func` calls are looked for. */
  readonly calls: readonly SyntaxNode[];
}

interface Found {
  readonly node: SyntaxNode;
  readonly name: string;
  readonly unit: number;
  readonly scope: Scope;
  readonly use: UseOfName;
  readonly deferred: boolean;
  readonly handedTo: string | undefined;
}

/**
 * Finds every name used in a module and the scope that declares it: parameters, `let`, `const`, hoisted `var` and
 * functions, classes, `catch`, destructuring, enums and namespaces. Names used only as types are not found.
 *
 * @param units the module's units, in the order of the source; names inside get the unit's index
 * @param imported names that imports declare
 * @param strict whether functions in blocks stay there
 */
export function walkScopes(
  units: readonly SyntaxNode[],
  imported: Iterable<string>,
  end: number,
  strict: boolean,
): ScopeWalk {
  const root = moduleScope(end);
  for (const name of imported) declare(root, name);
  const found: Found[] = [];
  const loads: LoadOrHazard[] = [];
  const calls: SyntaxNode[] = [];
  const parents: SyntaxNode[] = [];
  let unit = 0;
  let functionDepth = 0;
  let handedTo: string | undefined;

  function use(node: SyntaxNode, name: string, scope: Scope): void {
    found.push({ node, name, unit, scope, use: useOfName(node, parents), deferred: functionDepth > 0, handedTo });
  }

  function load(node: SyntaxNode, construct: string, specifier: string | undefined, optional = false): void {
    loads.push({ start: node.start, unit, specifier, construct, optional });
  }

  function visitAll(owner: SyntaxNode, nodes: readonly SyntaxNode[], scope: Scope): void {
    parents.push(owner);
    for (const node of nodes) visit(node, scope);
    parents.pop();
  }

  function visitAt(owner: SyntaxNode, key: string, scope: Scope): void {
    const value = owner[key];
    if (isSyntaxNode(value)) visitAll(owner, [value], scope);
    else if (Array.isArray(value)) visitAll(owner, value.filter(isSyntaxNode), scope);
  }

  /** Declares the names of a pattern in `names`; what it computes (defaults, keys) is used in `scope`. */
  function bind(pattern: SyntaxNode, names: Scope, scope: Scope): void {
    parents.push(pattern);
    for (const decorator of nodesAt(pattern, "decorators")) visit(decorator, scope);
    switch (pattern.type) {
      case "Identifier":
        declare(names, textAt(pattern, "name"), unit);
        break;
      case "ObjectPattern":
        for (const property of nodesAt(pattern, "properties")) bind(property, names, scope);
        break;
      case "Property": {
        if (pattern.computed === true) visit(nodeAt(pattern, "key")!, scope);
        bind(nodeAt(pattern, "value")!, names, scope);
        break;
      }
      case "ArrayPattern":
        for (const element of nodesAt(pattern, "elements")) bind(element, names, scope);
        break;
      case "AssignmentPattern":
        bind(nodeAt(pattern, "left")!, names, scope);
        visit(nodeAt(pattern, "right")!, scope);
        break;
      case "RestElement":
        bind(nodeAt(pattern, "argument")!, names, scope);
        break;
      case "TSParameterProperty":
        bind(nodeAt(pattern, "parameter")!, names, scope);
        break;
    }
    parents.pop();
  }

  function visitFunction(node: SyntaxNode, outer: Scope): void {
    const id = nodeAt(node, "id");
    let scope = outer;
    if (id !== undefined && node.type === "FunctionDeclaration") {
      declare(outer, textAt(id, "name"), unit);
      if (!strict) declare(varScope(outer), textAt(id, "name"), unit);
    } else if (id !== undefined) {
      scope = innerScope("block", outer, node);
      declare(scope, textAt(id, "name"));
    }
    functionDepth++;
    const parameters = functionScope(scope, node, node.type === "ArrowFunctionExpression");
    parents.push(node);
    for (const parameter of nodesAt(node, "params")) {
      if (!isErased(parameter)) bind(parameter, parameters, parameters);
    }
    const body = nodeAt(node, "body");
    // A block's names are not seen by the defaults of the parameters: it has a scope of its own.
    if (body?.type === "BlockStatement")
      visitAll(body, nodesAt(body, "body"), innerScope("function", parameters, node));
    else if (body !== undefined) visit(body, parameters);
    parents.pop();
    functionDepth--;
  }

  function visitClass(node: SyntaxNode, outer: Scope): void {
    visitAll(node, nodesAt(node, "decorators"), outer);
    const id = nodeAt(node, "id");
    if (id !== undefined && node.type === "ClassDeclaration") declare(outer, textAt(id, "name"), unit);
    const scope = innerScope("block", outer, node);
    if (id !== undefined) declare(scope, textAt(id, "name"));
    visitAt(node, "superClass", scope);
    const body = nodeAt(node, "body")!;
    parents.push(node, body);
    for (const member of nodesAt(body, "body")) {
      if (isErased(member)) continue;
      visitAll(member, nodesAt(member, "decorators"), scope);
      if (member.computed === true) visitAt(member, "key", scope);
      if (member.type === "MethodDefinition") visitAt(member, "value", scope);
      else if (member.type === "StaticBlock") {
        visitAll(member, nodesAt(member, "body"), functionScope(scope, member, false));
      } else {
        if (member.static !== true) functionDepth++;
        visitAt(member, "value", functionScope(scope, member, false));
        if (member.static !== true) functionDepth--;
      }
    }
    parents.length -= 2;
  }

  function visitCall(node: SyntaxNode, scope: Scope): void {
    visitAt(node, "callee", scope);
    const callee = withoutTypes(nodeAt(node, "callee")!);
    const args = nodesAt(node, "arguments");
    if (node.type === "CallExpression") {
      if (args.length >= 2) calls.push(node);
      if (isCreateRequireCall(callee)) load(node, "require", literalText(args[0]));
    } else if (callee.type === "Identifier" && callee.name === "URL" && args.length === 2) {
      const base = withoutTypes(args[1]!);
      const ofModule = base.type === "MemberExpression" && nodeAt(base, "object")?.type === "MetaProperty";
      const file = literalText(args[0]);
      if (ofModule && file !== undefined) load(node, "new URL", file, true);
    }
    const name = functionDepth === 0 ? dottedName(callee) : undefined;
    parents.push(node);
    for (const argument of args) {
      const inner = withoutTypes(argument);
      const before = handedTo;
      if (name !== undefined && (isFunctionNode(inner) || dottedName(inner) !== undefined)) handedTo = name;
      visit(argument, scope);
      handedTo = before;
    }
    parents.pop();
  }

  function visit(node: SyntaxNode, scope: Scope): void {
    if (isErased(node)) return;
    if (isTypeWrapper(node)) {
      visitAt(node, "expression", scope);
      return;
    }
    if (isFunctionNode(node)) {
      visitFunction(node, scope);
      return;
    }
    if (isClassNode(node)) {
      visitClass(node, scope);
      return;
    }
    switch (node.type) {
      case "Literal":
      case "TemplateElement":
      case "PrivateIdentifier":
      case "ImportDeclaration":
      case "ExportAllDeclaration":
      case "BreakStatement":
      case "ContinueStatement":
      case "JSXClosingElement":
        return;
      case "Identifier":
        use(node, textAt(node, "name"), scope);
        return;
      case "ThisExpression":
        use(node, "this", scope);
        return;
      case "Super":
        use(node, "super", scope);
        return;
      case "MetaProperty":
        if (nodeAt(node, "meta")?.name === "new") use(node, "new.target", scope);
        return;
      case "JSXIdentifier":
        // <div> is a text, <Chart> is a name.
        if (!/^[a-z]/.test(textAt(node, "name")) || parents.at(-1)?.type === "JSXMemberExpression") {
          use(node, textAt(node, "name"), scope);
        }
        return;
      case "JSXOpeningElement":
      case "JSXOpeningFragment":
        use(node, "React", scope);
        load(node, "JSX", "react/jsx-runtime", true);
        break;
      case "JSXMemberExpression":
        visitAt(node, "object", scope);
        return;
      case "JSXAttribute":
        visitAt(node, "value", scope);
        return;
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        visitAt(node, "declaration", scope);
        return;
      case "LabeledStatement":
        visitAt(node, "body", scope);
        return;
      case "MemberExpression": {
        visitAt(node, "object", scope);
        if (node.computed === true) visitAt(node, "property", scope);
        const ofMeta = nodeAt(node, "object")?.type === "MetaProperty";
        if (ofMeta && nodeAt(node, "property")?.name === "glob") load(node, "import.meta.glob", undefined);
        return;
      }
      case "Property":
        if (node.computed === true) visitAt(node, "key", scope);
        visitAt(node, "value", scope);
        return;
      case "CallExpression":
      case "NewExpression":
        visitCall(node, scope);
        return;
      case "ImportExpression":
        load(node, "import()", importedText(nodeAt(node, "source")));
        break;
      case "WithStatement":
        load(node, "with", undefined);
        break;
      case "VariableDeclaration": {
        const names = node.kind === "var" ? varScope(scope) : scope;
        parents.push(node);
        for (const declarator of nodesAt(node, "declarations")) visitDeclarator(declarator, names, scope);
        parents.pop();
        return;
      }
      case "BlockStatement":
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        visitChildren(node, innerScope("block", scope, node));
        return;
      case "SwitchStatement":
        visitAt(node, "discriminant", scope);
        visitAt(node, "cases", innerScope("block", scope, node));
        return;
      case "CatchClause": {
        const inner = innerScope("block", scope, node);
        const parameter = nodeAt(node, "param");
        if (parameter !== undefined) bind(parameter, inner, inner);
        visitAt(node, "body", inner);
        return;
      }
      case "TSEnumDeclaration": {
        declare(scope, textAt(nodeAt(node, "id")!, "name"), unit);
        const inner = innerScope("block", scope, node);
        const members = nodesAt(nodeAt(node, "body")!, "members");
        for (const member of members) declare(inner, enumMemberName(member));
        visitAll(
          node,
          members.flatMap((member) => nodeAt(member, "initializer") ?? []),
          inner,
        );
        return;
      }
      case "TSModuleDeclaration": {
        let id = nodeAt(node, "id")!;
        while (id.type === "TSQualifiedName") id = nodeAt(id, "left")!;
        if (id.type === "Identifier") declare(scope, textAt(id, "name"), unit);
        const body = nodeAt(node, "body")!;
        visitAll(body, nodesAt(body, "body"), innerScope("function", scope, node));
        return;
      }
      case "TSImportEqualsDeclaration": {
        declare(scope, textAt(nodeAt(node, "id")!, "name"), unit);
        let target = nodeAt(node, "moduleReference")!;
        if (target.type === "TSExternalModuleReference") {
          load(node, "require", literalText(nodeAt(target, "expression")));
          return;
        }
        while (target.type === "TSQualifiedName") target = nodeAt(target, "left")!;
        visitAll(node, [target], scope);
        return;
      }
    }
    visitChildren(node, scope);
  }

  function visitDeclarator(declarator: SyntaxNode, names: Scope, scope: Scope): void {
    const id = nodeAt(declarator, "id")!;
    parents.push(declarator);
    bind(id, names, scope);
    const init = nodeAt(declarator, "init");
    if (init !== undefined) visit(init, scope);
    parents.pop();
    if (id.type === "Identifier" && (isCreateRequireCall(init) || id.name === "__require")) {
      declare(names, textAt(id, "name")).requires = true;
    }
  }

  function visitChildren(node: SyntaxNode, scope: Scope): void {
    for (const key of shapeOf(node).children) visitAt(node, key, scope);
  }

  for (const node of units) {
    if (node.type === "VariableDeclarator") visitDeclarator(node, root, root);
    else visit(node, root);
    unit++;
  }

  found.sort((a, b) => a.node.start - b.node.start);
  const references = found.map(({ node, name, scope, use, ...rest }): Reference => {
    const reference = { name, start: node.start, home: scopeOf(name, scope), ...use, ...rest };
    const hazard = hazardOf(reference, units[reference.unit]!);
    if (hazard !== undefined) loads.push({ start: node.start, unit: reference.unit, optional: false, ...hazard });
    return reference;
  });

  return { scope: root, references, loads, calls };
}

function enumMemberName(member: SyntaxNode): string {
  const id = nodeAt(member, "id")!;
  return textAt(id, id.type === "Literal" ? "value" : "name");
}
