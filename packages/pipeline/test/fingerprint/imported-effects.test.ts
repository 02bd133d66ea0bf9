import { afterAll } from "vitest";
import { type CodeEdit, describeNoticed, nodeFile } from "./code-edits.js";
import { removeProjects } from "./source-project.js";

afterAll(removeProjects);

const edits: readonly CodeEdit[] = [
  {
    what: "an imported object changed by the importing module",
    sources: {
      "nodes.mjs": nodeFile('import { config } from "./config.mjs"; config.limit = 5;', "config.limit"),
      "config.mjs": "export const config = {};",
    },
    file: "nodes.mjs",
    from: "= 5",
    to: "= 6",
  },
  {
    what: "an imported object changed by a module that is only evaluated",
    sources: {
      "nodes.mjs": nodeFile(
        'import { config } from "./config.mjs"; import { unused } from "./tune.mjs";',
        "config.limit",
      ),
      "config.mjs": "export const config = {};",
      "tune.mjs": 'import { config } from "./config.mjs"; config.limit = 5; export const unused = 1;',
    },
    file: "tune.mjs",
    from: "= 5",
    to: "= 6",
  },
  {
    what: "an imported let set through a function of its module",
    sources: {
      "nodes.mjs": nodeFile('import { limit, set } from "./config.mjs"; set(5);', "limit"),
      "config.mjs": "export let limit = 1; export const set = (n) => { limit = n; };",
    },
    file: "nodes.mjs",
    from: "set(5)",
    to: "set(6)",
  },
  {
    what: "an imported let set through a namespace",
    sources: {
      "nodes.mjs": nodeFile('import * as config from "./config.mjs"; config.set(5);', "config.limit"),
      "config.mjs": "export let limit = 1; export const set = (n) => { limit = n; };",
    },
    file: "nodes.mjs",
    from: "set(5)",
    to: "set(6)",
  },
  {
    what: "an imported object changed through a barrel",
    sources: {
      "nodes.mjs": nodeFile(
        'import { settings } from "./barrel.mjs"; import { read } from "./config.mjs"; settings.limit = 5;',
        "read()",
      ),
      "barrel.mjs": 'export { config as settings } from "./config.mjs";',
      "config.mjs": "export const config = {}; export const read = () => config.limit;",
    },
    file: "nodes.mjs",
    from: "= 5",
    to: "= 6",
  },
  {
    what: "the order of imports of which two change one object",
    sources: {
      "nodes.mjs": nodeFile(
        'import { config } from "./config.mjs"; import "./a.mjs"; import { b } from "./b.mjs";',
        "config",
      ),
      "config.mjs": "export const config = {};",
      "a.mjs": 'import { config } from "./config.mjs"; config.limit = 1;',
      "b.mjs": 'import { config } from "./config.mjs"; config.limit = 2; export const b = 1;',
    },
    file: "nodes.mjs",
    from: 'import "./a.mjs"; import { b } from "./b.mjs";',
    to: 'import { b } from "./b.mjs"; import "./a.mjs";',
  },
  {
    what: "a let that another node's function assigns",
    sources: {
      "nodes.mjs": `${nodeFile("let limit = 1;", "limit")}export const other = func({}, (x) => { limit = x + 5; });`,
    },
    file: "nodes.mjs",
    from: "x + 5",
    to: "x + 6",
  },
  {
    what: "a package set up by a call",
    sources: {
      "nodes.mjs": nodeFile('import { day } from "days"; day.extend("utc");', "day(x)"),
      "node_modules/days/package.json": '{ "name": "days", "version": "1.0.0", "exports": "./index.js" }',
      "node_modules/days/index.js": "",
    },
    file: "nodes.mjs",
    from: "utc",
    to: "tz",
  },
  {
    what: "a package set up by an assignment in another module",
    sources: {
      "nodes.mjs": nodeFile('import { day } from "days"; import "./setup.mjs";', "day(x)"),
      "setup.mjs": 'import { day } from "days"; day.locale = "fr";',
      "node_modules/days/package.json": '{ "name": "days", "version": "1.0.0", "exports": "./index.js" }',
      "node_modules/days/index.js": "",
    },
    file: "setup.mjs",
    from: '"fr"',
    to: '"de"',
  },
  {
    what: "a global patched by a module that is only evaluated",
    sources: {
      "nodes.mjs": nodeFile('import { unused } from "./patch.mjs";', "[].m()"),
      "patch.mjs": "Array.prototype.m = () => 5; export const unused = 1;",
    },
    file: "patch.mjs",
    from: "5",
    to: "6",
  },
];

describeNoticed("what one module does to another counts:", edits);
