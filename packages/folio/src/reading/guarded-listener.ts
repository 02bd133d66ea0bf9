/** Calls a listener so that its exceptions don't reach a read: they are shown as warnings of the process instead. */
export function guarded<Told>(listener: (told: Told) => void): (told: Told) => void {
  return (told) => {
    try {
      listener(told);
    } catch (error) {
      process.emitWarning(`A listener of a folio threw: ${String(error)}`, "LarderWarning");
    }
  };
}
