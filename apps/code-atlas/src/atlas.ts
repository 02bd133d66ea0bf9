import { exitWith } from "@larder/app-shared";
import { main } from "./main.js";
import { progressLine } from "./progress.js";

exitWith(main(process.argv.slice(2), { progress: progressLine(process.stderr) }));
