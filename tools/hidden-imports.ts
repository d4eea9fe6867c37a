import { posix } from "node:path";
import ts from "typescript";

/** A place where a file loads another one in a way that dependency-cruiser does not follow. */
export interface HiddenImport {
  readonly line: number;
  /** The file that it leads to, from the root of the project; undefined where only a run can tell. */
  readonly path: string | undefined;
  /** The code, shortened. */
  readonly code: string;
}

/**
 * Finds what a file loads by `import()` and `require()` of something that is no text, by a function that
 * `createRequire` made under another name than `require`, by `require.resolve`, by `import.meta.resolve` and by
 * `new URL(…, import.meta.url)`. What leads to a package, or to a file that holds no code, is not among these.
 *
 * @param path of the file from the root of the project
 */
export function hiddenImports(path: string, text: string): HiddenImport[] {
  if (!maybe.test(text)) return [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const makers = namesOfCreateRequire(source);
  const found: HiddenImport[] = [];
  const visit = (node: ts.Node): void => {
    const target = targetOf(node, makers);
    if (target !== undefined && leadsToCode(target)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      const code = node.getText().replaceAll(/\s+/g, " ").slice(0, 80);
      found.push({ line: line + 1, path: pathOf(path, target), code });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Most files are not parsed. */
const maybe = /\bimport\s*\(|\brequire\s*[.(]|createRequire|import\.meta\.(?:resolve|url)/;

/** A text, or its last part where it begins with something else; undefined where nothing is known of it. */
type Target = { readonly all: string } | { readonly end: string | undefined };

/** What a node loads; undefined where it loads nothing, or dependency-cruiser follows it. */
function targetOf(node: ts.Node, makers: ReadonlySet<string>): Target | undefined {
  if (ts.isNewExpression(node)) return targetOfUrl(node);
  if (!ts.isCallExpression(node)) return undefined;
  const [argument] = node.arguments;
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword || isNamed(node.expression, "require")) {
    const target = textOf(argument);
    return "all" in target ? undefined : { end: undefined };
  }
  if (isOfMeta(node.expression, "resolve") || isResolveOfRequire(node.expression)) return textOf(argument);
  return isMaker(node.expression, makers) ? targetOfRequire(node) : undefined;
}

function targetOfUrl({ expression, arguments: given }: ts.NewExpression): Target | undefined {
  const [address, base] = given ?? [];
  return isNamed(expression, "URL") && base !== undefined && isOfMeta(base, "url")
    ? textOf(address)
    : undefined;
}

/** What the function loads that `createRequire` returns, where it is called at once. */
function targetOfRequire(made: ts.CallExpression): Target | undefined {
  const { parent } = made;
  // Calls of this name are followed.
  if (ts.isVariableDeclaration(parent) && isNamed(parent.name, "require")) return undefined;
  const call =
    ts.isPropertyAccessExpression(parent) && parent.name.text === "resolve" ? parent.parent : parent;
  if (!ts.isCallExpression(call) || call.arguments.includes(made)) return { end: undefined };
  return textOf(call.arguments[0]);
}

function textOf(node: ts.Node | undefined): Target {
  if (node === undefined) return { end: undefined };
  if (ts.isStringLiteralLike(node)) return { all: node.text };
  if (!ts.isTemplateExpression(node)) return { end: undefined };
  return { end: node.templateSpans.at(-1)?.literal.text };
}

/** Packages are none of the project's rooms. What is not known may be code. */
function leadsToCode(target: Target): boolean {
  if ("all" in target) return /^\.\.?\//.test(target.all) && code.test(target.all);
  return target.end === undefined || !/\.\w+$/.test(target.end) || code.test(target.end);
}

const code = /\.[cm]?[jt]sx?$/;

function pathOf(file: string, target: Target): string | undefined {
  return "all" in target ? posix.join(posix.dirname(file), target.all) : undefined;
}

/** What a file calls `createRequire`. */
function namesOfCreateRequire(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportSpecifier(node) || ts.isBindingElement(node)) {
      if (isNamed(node.propertyName ?? node.name, "createRequire")) names.add(node.name.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

function isMaker(node: ts.Expression, names: ReadonlySet<string>): boolean {
  if (ts.isIdentifier(node)) return names.has(node.text);
  return ts.isPropertyAccessExpression(node) && node.name.text === "createRequire";
}

function isOfMeta(node: ts.Node, name: string): boolean {
  return ts.isPropertyAccessExpression(node) && node.name.text === name && ts.isMetaProperty(node.expression);
}

function isResolveOfRequire(node: ts.Node): boolean {
  return (
    ts.isPropertyAccessExpression(node) && node.name.text === "resolve" && isNamed(node.expression, "require")
  );
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}
