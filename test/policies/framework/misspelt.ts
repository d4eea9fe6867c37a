import { spawnSync } from "node:child_process";
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ts from "typescript";

const root = join(import.meta.dirname, "..", "..", "..");
const compiler = join(root, "node_modules", "typescript-native", "bin", "tsc");

/** A name by which the pack reads a property. */
export interface Read {
  /** Path below `policies/`. */
  readonly file: string;
  /** The argument that gives the name, as the source has it. */
  readonly name: string;
}

/** A copy of a read with another name in it, and its lines in the text that is compiled. */
interface Copy extends Read {
  readonly rename: Rename;
  readonly first: number;
  readonly last: number;
}

/** Methods that take the name of a property. */
const readers: ReadonlySet<string> = new Set(["at", "dependenciesOf", "refersTo"]);

/** What stands in place of a name. */
export type Rename = (name: ts.Expression) => string;

/** The name as it is. */
export const asWritten: Rename = (name) => name.getText();

/** A name that no property has. */
export const misspelt: Rename = (name) =>
  ts.isStringLiteral(name) ? '"misspelt"' : '("misspelt" as string)';

/** A line that does not compile, and why. */
export interface Refused {
  readonly line: number;
  readonly message: string;
}

/** The pack with a file of other reads beside it, as it was compiled. */
export interface Compiled {
  readonly all: readonly Read[];
  /** The reads that compile as they are renamed. */
  readonly compiledBy: (rename: Rename) => Read[];
  /** What does not compile of the other reads. */
  readonly refused: readonly Refused[];
}

/**
 * Renames each name by which the policies read in every way, and compiles them with a file beside them. A renamed
 * copy stands within each read, where the program around does not see it, so that one compilation tries all of them.
 * The framework itself is left out: it reads by whatever name it is given.
 *
 * @param beside the text of a file in the folder of the policies
 */
export function compilePack(renames: readonly Rename[], beside: string): Compiled {
  const folder = mkdtempSync(join(tmpdir(), "misspelt-"));
  try {
    for (const entry of readdirSync(root)) {
      if (entry !== "policies" && entry !== "tsconfig.json") {
        symlinkSync(join(root, entry), join(folder, entry));
      }
    }
    const copies = globSync("**/*.ts", { cwd: join(root, "policies") })
      .sort()
      .flatMap((file) => {
        const source = readFileSync(join(root, "policies", file), "utf8");
        const changed = file.startsWith("framework/")
          ? { text: source, copies: [] }
          : withCopies(file, source, renames);
        mkdirSync(dirname(join(folder, "policies", file)), { recursive: true });
        writeFileSync(join(folder, "policies", file), changed.text);
        return changed.copies;
      });
    writeFileSync(join(folder, "policies", besideName), beside);
    const errors = errorsIn(folder);
    const reads = (of: readonly Copy[]): Read[] => of.map(({ file, name }) => ({ file, name }));
    const isCompiled = ({ file, first, last }: Copy): boolean =>
      !(errors.get(file) ?? []).some(({ line }) => first <= line && line <= last);
    return {
      all: reads(copies.filter(({ rename }) => rename === renames[0])),
      compiledBy: (rename) => reads(copies.filter((copy) => copy.rename === rename && isCompiled(copy))),
      refused: errors.get(besideName) ?? [],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const besideName = "reads.ts";

/** Lines of the policies that do not compile, by file. */
function errorsIn(folder: string): Map<string, Refused[]> {
  const settings = {
    extends: join(root, "tsconfig.json"),
    include: ["policies"],
    compilerOptions: { incremental: false, typeRoots: [join(root, "node_modules", "@types")] },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [compiler, "--project", folder, "--pretty", "false", "--singleThreaded"],
    { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  if (stderr !== "") throw new Error(stderr);
  const errors = new Map<string, Refused[]>();
  const error = /^policies\/(\S+?)\((\d+),\d+\): error TS\d+: (.*)$/gm;
  for (const [, file = "", line, message = ""] of stdout.matchAll(error)) {
    errors.set(file, [...(errors.get(file) ?? []), { line: Number(line), message }]);
  }
  return errors;
}

/** `x.at("a")` becomes `x.at((void (x.at("b")), "a"))`, with the copy on lines of its own. */
function withCopies(
  file: string,
  source: string,
  renames: readonly Rename[],
): { text: string; copies: Copy[] } {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const copies: Copy[] = [];
  /** Copies to write before a name, by the name. */
  const before = new Map<ts.Node, { readonly call: ts.Node; readonly names: readonly ts.Expression[] }>();
  let text = "";
  let line = 1;
  let position = 0;
  const add = (part: string) => {
    text += part;
    line += part.split("\n").length - 1;
  };
  const addUpTo = (end: number) => {
    add(source.slice(position, end));
    position = end;
  };
  const visit = (node: ts.Node) => {
    const names = namesIn(node);
    const [first] = names;
    if (first !== undefined) before.set(first, { call: node, names });
    const here = before.get(node);
    if (here === undefined) {
      ts.forEachChild(node, visit);
      return;
    }
    addUpTo(node.getStart());
    add("(");
    const [start, end] = [here.call.getStart(), here.call.getEnd()];
    for (const name of here.names) {
      for (const rename of renames) {
        add("void (\n");
        const first = line;
        add(source.slice(start, name.getStart()) + rename(name) + source.slice(name.getEnd(), end));
        copies.push({ file, name: name.getText(), rename, first, last: line });
        add("\n), ");
      }
    }
    ts.forEachChild(node, visit);
    addUpTo(node.getEnd());
    add(")");
  };
  visit(tree);
  addUpTo(source.length);
  return { text, copies };
}

/** The arguments of a call that are names of properties. */
function namesIn(node: ts.Node): ts.Expression[] {
  const isRead =
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    readers.has(node.expression.name.text);
  if (!isRead) return [];
  // Elements of arrays are read by numbers; what `refersTo` asks for first is a resource.
  const names = node.expression.name.text === "refersTo" ? node.arguments.slice(1) : node.arguments;
  return names.filter((name) => !/^-?\d+$/.test(name.getText()) && !ts.isSpreadElement(name));
}
