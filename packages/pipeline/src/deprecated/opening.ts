/** Something that is opened when it is first needed, and once; what failed to open is tried again. */
export interface Opening<T> {
  /** At once where it is open. */
  opened(): T | Promise<T>;
  /** What is open now. */
  readonly current: T | undefined;
  /** Forgets it: whoever needs it next opens it anew. */
  forget(): void;
}

export function opening<T>(open: () => Promise<T>): Opening<T> {
  let current: T | undefined;
  let under: Promise<T> | undefined;
  return {
    opened() {
      if (current !== undefined) return current;
      under ??= open().then(
        (opened) => {
          current = opened;
          return opened;
        },
        (error: unknown) => {
          under = undefined;
          throw error;
        },
      );
      return under;
    },
    get current() {
      return current;
    },
    forget() {
      current = undefined;
      under = undefined;
    },
  };
}

/** What needs no opening. */
export function alreadyOpen<T>(current: T): Opening<T> {
  return { opened: () => current, current, forget() {} };
}
