/** A fenced block of a Markdown page. */
export interface CodeBlock {
  /** What stands after the opening fence, as in "ts". */
  readonly info: string;
  readonly code: string;
  /** Line of the first line of code in the page, from 1. */
  readonly line: number;
}

/** The fenced blocks of a page, in order. A fence within a longer fence is code. Indentation of the fence is taken off. */
export function codeBlocks(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { indent: string; fence: string; info: string; line: number; code: string[] } | undefined;
  for (const [index, content] of text.split("\n").entries()) {
    const mark = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(content);
    if (open === undefined) {
      const [, indent = "", fence = "", info = ""] = mark ?? [];
      if (mark) open = { indent, fence, info, line: index + 2, code: [] };
    } else if (mark?.[2]?.startsWith(open.fence) && mark[3] === "") {
      blocks.push({ info: open.info, code: open.code.join("\n"), line: open.line });
      open = undefined;
    } else {
      open.code.push(content.startsWith(open.indent) ? content.slice(open.indent.length) : content.trimStart());
    }
  }
  if (open) throw new Error(`The code block that begins at line ${open.line - 1} is never closed.`);
  return blocks;
}
