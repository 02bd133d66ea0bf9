import { invalidManifest } from "./invalid-manifest.js";

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/**
 * Refuses JSON that is nested too deep, or in which an object has a name twice: of two items of one name, one reader would
 * see the first, and another the last. What is no JSON at all is left to the parser.
 *
 * @param text - any text
 * @throws LarderError `invalid-manifest`
 */
export function checkJsonStructure(text: string, deepest: number): void {
  // For each object that is open its names, for each list nothing.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at);
        const names = open[open.length - 1];
        if (names !== undefined && text.charCodeAt(afterSpace(text, end + 1)) === colon) {
          addName(names, text, at, end);
        }
        at = end;
        break;
      }
      case 0x7b: // {
        open.push(new Set());
        break;
      case 0x5b: // [
        open.push(undefined);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        break;
    }
    if (open.length > deepest) throw invalidManifest(`it is nested deeper than ${deepest}`);
  }
}

/** Where the string that begins at `start` has its last quote; the end of the text when it has none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === backslash) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function afterSpace(text: string, start: number): number {
  let at = start;
  // Space, tab, line feed and carriage return.
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
}

function addName(names: Set<string>, text: string, start: number, end: number): void {
  let name = text.slice(start + 1, end);
  if (name.includes("\\")) {
    try {
      name = JSON.parse(text.slice(start, end + 1)) as string;
    } catch {
      throw invalidManifest("it is not JSON");
    }
  }
  if (names.has(name)) throw invalidManifest(`the name ${JSON.stringify(name.slice(0, 100))} is there twice`);
  names.add(name);
}
