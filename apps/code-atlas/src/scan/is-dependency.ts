const inside = "/node_modules/";

/** Whether a file belongs to an installed package rather than to the repository. */
export function isDependency(path: string): boolean {
  return `/${path}`.includes(inside);
}

/** The name of the installed package a file belongs to, such as `@scope/name`; `undefined` for the repository's own. */
export function packageOf(path: string): string | undefined {
  const rooted = `/${path}`;
  const at = rooted.lastIndexOf(inside);
  if (at === -1) return undefined;
  const [first, second] = rooted.slice(at + inside.length).split("/");
  return first?.startsWith("@") ? `${first}/${second}` : first;
}
