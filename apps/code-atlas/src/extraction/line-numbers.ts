/** Finds the line of an offset in a text. */
export interface LineNumbers {
  /** How many lines there are; what follows the last line break counts if it holds anything. */
  readonly count: number;
  /** The line, from 1, that an offset is in. */
  at(offset: number): number;
}

/** Looks a text through for line breaks once. */
export function lineNumbers(text: string): LineNumbers {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const count = starts[starts.length - 1] === text.length ? starts.length - 1 : starts.length;
  return {
    count,
    at(offset) {
      let low = 0;
      let high = starts.length;
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if (starts[middle]! <= offset) low = middle;
        else high = middle;
      }
      return low + 1;
    },
  };
}
