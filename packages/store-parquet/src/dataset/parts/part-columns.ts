/** Names of columns that are the dataset's own begin so. */
export const ownPrefix = "larder:";

/** The column of keys, in datasets whose ids are texts. */
export const keyColumn = "larder:key";

/** The column that tells, in `recent/`, how new a row is. */
export const sequenceColumn = "larder:sequence";
