/** Flags that say what the main program is; a thread has a program of its own. Some take the next word, too. */
const ofMainProgram = /^(?:-e|-p|-pe|-i|--eval|--print|--interactive|--input-type|--watch.*|--test.*)(?:=|$)/;

/** Flags by which modules are loaded, and those among them that may take the next word. */
const ofLoading =
  /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C|--enable-source-maps)(?:=|$)/;
const takesNextWord = /^(?:--import|--require|-r|--loader|--experimental-loader|--conditions|-C)$/;

/**
 * The flags of Node to start a thread with, given those of the process. `undefined`: all of them, as Node hands them down by itself;
 * listed one by one it would refuse those that are the whole process's, such as `--expose-gc`.
 */
export function threadFlags(flags: readonly string[]): string[] | undefined {
  if (!flags.some((flag) => ofMainProgram.test(flag))) return undefined;
  const kept: string[] = [];
  for (let index = 0; index < flags.length; index++) {
    const flag = flags[index]!;
    if (!ofLoading.test(flag)) continue;
    kept.push(flag);
    if (takesNextWord.test(flag) && index + 1 < flags.length) kept.push(flags[++index]!);
  }
  return kept;
}
