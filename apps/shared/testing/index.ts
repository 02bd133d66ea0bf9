export { newFolder, removeFolder, writeFiles } from "./folders.js";
export { seededRandom } from "./seeded-random.js";
export { isAlive, type ProcessRun, type StartedProcess, startFromSource, startProcess } from "./start-process.js";
