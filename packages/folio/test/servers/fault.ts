/** What goes wrong with one request. Several may be given at once. */
export interface Fault {
  /** The connection is reset before anything is answered; with `afterWork`, once the request was carried out. */
  readonly resetBeforeAnswer?: boolean | "afterWork";
  /** This answer in place of the right one; the request is not carried out. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection is cut after so many bytes of the body. */
  readonly cutAfterBytes?: number;
  /** Nothing more is sent after so many bytes of the body, and the connection stays open. */
  readonly stallAfterBytes?: number;
  /** Added to the length that the answer tells. */
  readonly wrongLength?: number;
  /** The ETag that the answer tells. */
  readonly wrongEtag?: string;
  /** One bit of the body is flipped in this byte. */
  readonly corruptByteAt?: number;
  /** Runs before the request is carried out: to change what it is about. */
  readonly changeBefore?: () => void;
  /** The answer is sent so many milliseconds late. */
  readonly delayMs?: number;
}

/** A request as it was served. Headers are in lower case. */
export interface ServedRequest {
  readonly method: string;
  /** As it came, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  status: number;
  /** Of the body. */
  bytesSent: number;
}

/** Says what goes wrong with a request. @param nth - how many requests came before, since the last `forget()` */
export type FaultPlan = (request: ServedRequest, nth: number) => Fault | undefined;
