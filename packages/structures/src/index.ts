// structures that hold values

export type { IndexKey } from "./index-key.js";
export type { IndexRange } from "./index-range.js";
export type { IndexView } from "./index-view.js";
export { type Deque, type DequeOptions, openDeque } from "./open-deque.js";
export { type Index, openIndex } from "./open-index.js";

// work to be done, at least once

export type { DeadLetter } from "./dead-letters.js";
export {
  openQueue,
  type PutOptions,
  type Queue,
  type QueueOptions,
  type QueueStats,
  type TakeOptions,
} from "./open-queue.js";
export type { Delivery } from "./take-item.js";

// who may go on, and when

export type { AcquireOptions, Permit } from "./acquire-permit.js";
export { type Lock, type LockOptions, openLock } from "./open-lock.js";
export { openSemaphore, type Semaphore, type SemaphoreOptions } from "./open-semaphore.js";
export { type ThrottleOptions, throttle } from "./throttle.js";

// what they are made with

export { type BootClock, systemBootClock } from "./boot-clock.js";
export type { StructureOptions } from "./structure-store.js";
export type { Pace, WaitOptions } from "./waiting.js";
