/** A node has no value in this run; its progress says why. */
export class NoValue extends Error {}
