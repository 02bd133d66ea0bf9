/** The module of tsx that makes TypeScript loadable, as it stands here. */
interface TypeScriptLoader {
  register(): unknown;
}

const place = Symbol.for("larder.typescript");
const shared = globalThis as { [place]?: boolean };

/**
 * Makes TypeScript loadable in this thread, once. What the main thread was started with does not reach a worker: Node gives it
 * the flags, and tsx, told by a flag, serves the main thread alone.
 *
 * @param loader - the address of `tsx/esm/api`
 */
export async function loadTypeScriptWith(loader: string): Promise<void> {
  if (shared[place] === true) return;
  shared[place] = true;
  const { register } = (await import(loader)) as TypeScriptLoader;
  register();
}
