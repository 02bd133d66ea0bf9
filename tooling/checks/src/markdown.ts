/** A link of a Markdown page: `[text](target)`, `![text](target)` or `[name]: target`. */
export interface MarkdownLink {
  readonly target: string;
  readonly line: number;
}

/** The links of a page; what stands in code is no link. */
export function markdownLinks(text: string): MarkdownLink[] {
  const links: MarkdownLink[] = [];
  for (const { line, content } of proseLines(text)) {
    const withoutCode = content.replace(/`[^`]*`/g, "");
    for (const match of withoutCode.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)) {
      links.push({ target: match[1] as string, line });
    }
    const definition = /^\s{0,3}\[[^\]]+\]:\s*(\S+)/.exec(withoutCode);
    if (definition) links.push({ target: definition[1] as string, line });
  }
  return links;
}

/** The anchors of a page's headings, as GitHub makes them. */
export function markdownAnchors(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const { content } of proseLines(text)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(content)?.[1];
    if (heading === undefined) continue;
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

function proseLines(text: string): { line: number; content: string }[] {
  const lines: { line: number; content: string }[] = [];
  let fence: string | undefined;
  for (const [index, content] of text.split("\n").entries()) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(content)?.[1];
    if (fence === undefined && mark !== undefined) fence = mark;
    else if (fence !== undefined && mark?.startsWith(fence)) fence = undefined;
    else if (fence === undefined) lines.push({ line: index + 1, content });
  }
  return lines;
}
