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
  readonly first: number;
  readonly last: number;
}

/** Methods that take the name of a property. */
const readers: ReadonlySet<string> = new Set(["at", "dependenciesOf", "refersTo"]);

/** What stands in place of a name. */
export type Rename = (name: ts.Expression) => string;

/** A name that no property has. */
export const misspelt: Rename = (name) =>
  ts.isStringLiteral(name) ? '"misspelt"' : '("misspelt" as string)';

/**
 * Renames each name by which the policies read, and says which of these reads compile. A renamed copy stands
 * within each read, where the program around does not see it, so that one compilation tries all of them. The framework itself
 * is left out: it reads by whatever name it is given.
 */
export function compiling(rename: Rename): { all: Read[]; compiled: Read[] } {
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
          : withCopies(file, source, rename);
        mkdirSync(dirname(join(folder, "policies", file)), { recursive: true });
        writeFileSync(join(folder, "policies", file), changed.text);
        return changed.copies;
      });
    const places = errorsIn(folder);
    const compiled = copies.filter(
      ({ file, first, last }) => !(places.get(file) ?? []).some((line) => first <= line && line <= last),
    );
    const toRead = ({ file, name }: Copy): Read => ({ file, name });
    return { all: copies.map(toRead), compiled: compiled.map(toRead) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Lines of the policies that do not compile, by file. */
function errorsIn(folder: string): Map<string, number[]> {
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
  const places = new Map<string, number[]>();
  for (const [, file = "", line] of stdout.matchAll(/^policies\/(\S+?)\((\d+),\d+\): error/gm)) {
    places.set(file, [...(places.get(file) ?? []), Number(line)]);
  }
  return places;
}

/** `x.at("a")` becomes `x.at((void (x.at("b")), "a"))`, with the copy on lines of its own. */
function withCopies(file: string, source: string, rename: Rename): { text: string; copies: Copy[] } {
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
      add("void (\n");
      const first = line;
      add(source.slice(start, name.getStart()) + rename(name) + source.slice(name.getEnd(), end));
      copies.push({ file, name: name.getText(), first, last: line });
      add("\n), ");
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
