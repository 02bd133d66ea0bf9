// how a program begins and ends

export { exitWith } from "./exit-with.js";
export { badOption, parseArguments } from "./parse-arguments.js";
export { type Interrupts, watchInterrupts } from "./watch-interrupts.js";
export { workingDirectory } from "./working-directory.js";

// how things are told to a person

export { formatBytes, formatCount, formatSeconds } from "./format-quantity.js";
export { codeOf, oneSentence, rootError } from "./one-sentence.js";
