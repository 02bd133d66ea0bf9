import { exitWith } from "@larder/app-shared";
import { main } from "../../src/main.js";

// The atlas, saying on stderr what happens: `process <pid>`, `extracting`, `done <files>`.
const tell = (text: string) => process.stderr.write(`${text}\n`);
const ended = main(process.argv.slice(2), {
  progress: {
    start: (files) => tell(`start ${files.length}`),
    extracted: () => tell("extracting"),
    done: (files) => tell(`done ${files}`),
    end: () => tell("end"),
  },
  onProcess: (processId) => tell(`process ${processId}`),
});
exitWith(ended);
