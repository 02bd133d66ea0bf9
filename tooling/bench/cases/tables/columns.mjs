// Loads nothing: what a contender loads is timed.

/** What each column holds, in order; the kinds are those of `answer.mjs`. */
export const kinds = {
  mixed: {
    id: "integer",
    count: "integer",
    price: "float",
    category: "text",
    code: "text",
    time: "time",
    flag: "boolean",
    reading: "float",
  },
  wide: Object.fromEntries(Array.from({ length: 100 }, (_, i) => (i === 0 ? ["id", "integer"] : [`f${i}`, "float"]))),
};

/** The two columns of the projection. */
export const twoColumns = { mixed: ["price", "category"], wide: ["f10", "f50"] };
