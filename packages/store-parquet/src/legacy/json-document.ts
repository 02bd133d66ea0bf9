/** A number as it was written, since a double does not hold every one of them. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

/** A JSON document without loss: numbers as written, objects as maps in their order. */
export type JsonNode = string | boolean | null | JsonNumber | JsonNode[] | Map<string, JsonNode>;

const markPattern = /\s*(?:[{}[\]:,"]|[^\s{}[\]:,"]+)/y;

/**
 * Reads a JSON document (https://www.rfc-editor.org/rfc/rfc8259).
 *
 * @throws SyntaxError when it is none, or an object names one member twice
 */
export function jsonDocument(text: string): JsonNode {
  // Tells right from wrong; what follows may rely on it.
  JSON.parse(text);
  let at = 0;
  const next = (): string => {
    markPattern.lastIndex = at;
    const [found] = markPattern.exec(text) ?? [];
    if (found === undefined) throw new SyntaxError(`Nothing that JSON knows at position ${at}`);
    const end = markPattern.lastIndex;
    at = found.endsWith('"') ? stringEnd(text, end) : end;
    return text.slice(found.endsWith('"') ? end - 1 : end - found.trimStart().length, at);
  };
  const list = (): JsonNode[] => {
    const items: JsonNode[] = [];
    for (let token = next(); token !== "]"; token = next()) items.push(node(token === "," ? next() : token));
    return items;
  };
  const members = (): Map<string, JsonNode> => {
    const found = new Map<string, JsonNode>();
    for (let token = next(); token !== "}"; token = next()) {
      const name = JSON.parse(token === "," ? next() : token) as string;
      if (found.has(name)) throw new SyntaxError(`An object has two members named ${JSON.stringify(name)}`);
      next();
      found.set(name, node(next()));
    }
    return found;
  };
  const node = (token: string): JsonNode => {
    if (token === "{") return members();
    if (token === "[") return list();
    if (token.startsWith('"')) return JSON.parse(token) as string;
    if (token === "true" || token === "false") return token === "true";
    return token === "null" ? null : new JsonNumber(token);
  };
  return node(next());
}

/** Where the string ends whose first character stands at `from`: after a quote with an even number of backslashes before it. */
function stringEnd(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  throw new SyntaxError(`A string that begins at position ${from - 1} does not end`);
}
