/**
 * Where relative paths begin: npm runs scripts in the repository's root, whatever folder it was called in.
 *
 * @param script - name of the script of npm
 */
export function workingDirectory(script: string): string {
  return process.env.npm_lifecycle_event === script ? (process.env.INIT_CWD ?? process.cwd()) : process.cwd();
}
