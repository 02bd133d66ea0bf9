/**
 * Whether numbers lie in memory lowest byte first, as they do wherever Node commonly runs. Digests and encodings take the
 * elements of arrays as they lie; on other machines those are refused, so that nothing is ever read the wrong way round.
 */
export const littleEndian: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
