import type { DeclarationSite } from "./declaration-site.js";
import { createEffects, type Effects } from "./effects.js";
import { type CodePart, type FingerprintOutcome, UnreadableCodeError } from "./fingerprint-outcome.js";
import { keepsArguments } from "./keeps-arguments.js";
import { type LocatedFunction, locateFunction } from "./locate-function.js";
import { digestOfText, type ModuleAnalysis, referencesIn, unitAt } from "./module-analysis.js";
import { createModuleGraph, type GraphModule, type ModuleGraph } from "./module-graph.js";
import { createModuleResolver } from "./module-resolver.js";
import { normalisedSyntax } from "./normalised-syntax.js";
import { createProjectPaths, type ProjectPaths } from "./package-identity.js";
import { reachFrom } from "./reach.js";
import { createSourceFiles, type SourceFile, type SourceFiles } from "./source-files.js";
import { loadSourceParser, type SourceParser } from "./source-parser.js";

/** A function whose code is asked for. */
export interface FingerprintSubject {
  readonly fn: (...args: never[]) => unknown;
  /** Where it was handed to `func`; `undefined` when that is no file. */
  readonly site: DeclarationSite | undefined;
  /** Names of captured variables that the user answers for. */
  readonly captures: readonly string[];
}

export interface Fingerprinter {
  /** Never throws: what can't be read is an outcome. */
  fingerprint(subject: FingerprintSubject): Promise<FingerprintOutcome>;
}

export interface FingerprinterOptions {
  /**
   * How many modules away imports are followed declaration by declaration; beyond, whole files count. A whole number
   * from 0. It decides how precise a fingerprint is, never whether a change is seen.
   */
  readonly dependencyDepth: number;
}

/** Changes when what is hashed does, so that fingerprints of another making are never taken for equal. */
const fingerprintFormat = "larder.code.1";

/** The project as it was read at one moment. */
interface Snapshot {
  readonly files: SourceFiles;
  readonly graph: ModuleGraph;
  readonly paths: ProjectPaths;
  /** Absolute milliseconds: what was loaded before this is what the snapshot has, where files are older. */
  validAt: number;
  readonly effects: Map<string, Effects>;
  readonly printed: Map<string, Printed>;
}

/** What one function at one place of the snapshot comes to. */
interface Printed {
  readonly parts: readonly CodePart[];
  /** The youngest of the files it depends on. */
  readonly youngest: SourceFile;
}

/** Reads and remembers the code of nodes. Files are read when first needed, and again when they change. */
export function createFingerprinter(options: FingerprinterOptions): Fingerprinter {
  const { dependencyDepth } = options;
  const analyses = new Map<string, ModuleAnalysis>();
  let snapshot: Snapshot | undefined;

  function snapshotFor(declaredAt: number, parse: SourceParser): Snapshot {
    const now = Date.now();
    if (snapshot !== undefined && declaredAt >= snapshot.validAt) {
      if (snapshot.files.stillCurrent()) snapshot.validAt = now;
      else snapshot = undefined;
    }
    if (snapshot === undefined) {
      const files = createSourceFiles();
      const graph = createModuleGraph(files, createModuleResolver(), parse, analyses);
      snapshot = { files, graph, paths: createProjectPaths(), validAt: now, effects: new Map(), printed: new Map() };
    }
    return snapshot;
  }

  function effectsOf(module: GraphModule, callee: string | undefined, { graph, files, effects }: Snapshot): Effects {
    const key = `${module.path}\0${callee ?? ""}`;
    let found = effects.get(key);
    if (found === undefined) {
      found = createEffects(
        graph,
        files,
        module,
        (owner, name) => (owner === module && name === callee) || keepsArguments(owner.analysis, name),
      );
      effects.set(key, found);
    }
    return found;
  }

  function print(located: LocatedFunction, current: Snapshot): Printed {
    const { module, argument, callee } = located;
    const key = `${module.path}\0${argument.start}\0${callee ?? ""}`;
    let found = current.printed.get(key);
    if (found === undefined) {
      const { graph, files, paths } = current;
      const display = (path: string): string => paths.name(path, module.path);
      const references = referencesIn(module.analysis, argument);
      const loads = module.analysis.loads.filter(({ start }) => start >= argument.start && start < argument.end);
      const effects = effectsOf(module, callee, current);
      const reached = reachFrom({ module, references, loads }, { graph, files, effects, display, dependencyDepth });
      const own = {
        file: display(module.path),
        declaration: nameOf(located),
        hash: digestOfText(normalisedSyntax(argument)),
      };
      let youngest = effects.youngest;
      for (const path of reached.counted) {
        const file = files.read(path);
        if (file.unchangedSince > youngest.unchangedSince) youngest = file;
      }
      found = { parts: [own, ...reached.parts], youngest };
      current.printed.set(key, found);
    }
    return found;
  }

  function partsOf(subject: FingerprintSubject, site: DeclarationSite, parse: SourceParser): readonly CodePart[] {
    const current = snapshotFor(site.declaredAt, parse);
    const all = locateFunction(subject.fn, site, current.graph, parse).map((located) => {
      refuseCaptured(located, subject.captures);
      const { parts, youngest } = print(located, current);
      refuseChanged(youngest, site);
      return parts;
    });
    return all.length === 1 ? all[0]! : all.flat();
  }

  return {
    async fingerprint(subject) {
      try {
        const { site } = subject;
        if (site === undefined) {
          throw new UnreadableCodeError(
            "no-source",
            "The node was declared where there is no source file. Declare it in a file, or give it a version.",
          );
        }
        const parts = partsOf(subject, site, await loadSourceParser());
        return { readable: true, hash: digestOfText(JSON.stringify([fingerprintFormat, parts])), parts };
      } catch (error) {
        return unreadable(error);
      }
    },
  };
}

function unreadable(error: unknown): FingerprintOutcome {
  if (error instanceof UnreadableCodeError) {
    const { code, message, variables } = error;
    return { readable: false, code, message, ...(variables === undefined ? {} : { variables }) };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { readable: false, code: "no-source", message: `The node's code could not be read: ${reason}` };
}

function refuseCaptured({ module, argument }: LocatedFunction, allowed: readonly string[]): void {
  const captured = new Set<string>();
  for (const { name, home } of referencesIn(module.analysis, argument)) {
    if (home === undefined || home.kind === "module") continue;
    const inside = home.start >= argument.start && home.end <= argument.end;
    if (!inside && !allowed.includes(name)) captured.add(name);
  }
  if (captured.size === 0) return;
  const names = [...captured].sort();
  const list = names.map((name) => `'${name}'`).join(", ");
  throw new UnreadableCodeError(
    "captured-variable",
    `The function uses ${list} of the scope around it, whose value can't be seen. Make it an input, move it to module level, or list it in 'captures'.`,
    names,
  );
}

function refuseChanged({ path, unchangedSince }: SourceFile, site: DeclarationSite): void {
  if (unchangedSince <= site.declaredAt) return;
  throw new UnreadableCodeError(
    "changed-since-load",
    `${path} was written after it was loaded, so it may not be the code that runs. Start the program again.`,
  );
}

function nameOf({ module, argument }: LocatedFunction): string {
  const unit = unitAt(module.analysis, argument.start);
  return unit === undefined || unit.label === "statement" ? "function" : unit.label;
}
