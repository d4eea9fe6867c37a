import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";

const root = new URL("../../components/", import.meta.url);

/** A source file of the components. */
export interface ComponentSource {
  /** From the folder of the components, such as `edge/zone.ts`. */
  readonly path: string;
  readonly syntax: ts.SourceFile;
}

export const sources: readonly ComponentSource[] = readdirSync(root, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith(".ts"))
  .sort()
  .map((path) => ({
    path,
    syntax: ts.createSourceFile(
      path,
      readFileSync(new URL(path, root), "utf8"),
      ts.ScriptTarget.Latest,
      true,
    ),
  }));

/** The components, by the file of each, such as `edge`. */
export const componentFiles = sources
  .filter(({ syntax }) => descendants(syntax).some(extendsComponent))
  .map(({ path }) => path.replace(/\.ts$/, ""));

function extendsComponent(node: ts.Node): boolean {
  return (
    ts.isClassDeclaration(node) &&
    (node.heritageClauses ?? []).some(({ types }) =>
      types.some(({ expression }) => expression.getText() === "Component"),
    )
  );
}

/** The keys of the children that a component declares, from the interface in its args.ts. */
export function childrenOf(component: string): string[] {
  const args = sources.find(({ path }) => path === `${component}/args.ts`);
  if (args === undefined) throw new Error(`components/${component}/args.ts is missing`);
  return descendants(args.syntax)
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => name.text.endsWith("Children"))
    .flatMap(({ members }) => members.map(({ name }) => name?.getText() ?? ""));
}

/** Each place where a source makes a resource of a provider's package, with the call's text. */
export function resourcesMade({
  path,
  syntax,
}: ComponentSource): { place: string; call: ts.NewExpression }[] {
  const classes = new Set(
    descendants(syntax)
      .filter(ts.isImportDeclaration)
      .filter(({ moduleSpecifier }) => /^"@pulumi\/(?!pulumi["/])/.test(moduleSpecifier.getText()))
      .flatMap(({ importClause }) => importedNames(importClause)),
  );
  return descendants(syntax)
    .filter(ts.isNewExpression)
    .filter(({ expression }) => classes.has(expression.getText().split(".")[0] ?? ""))
    .map((call) => {
      const { line } = syntax.getLineAndCharacterOfPosition(call.getStart());
      return { place: `components/${path}:${line + 1}`, call };
    });
}

function importedNames(clause: ts.ImportClause | undefined): string[] {
  const bindings = clause?.namedBindings;
  if (bindings === undefined) return [];
  return ts.isNamespaceImport(bindings)
    ? [bindings.name.text]
    : bindings.elements.map(({ name }) => name.text);
}

export function descendants(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (child: ts.Node): void => {
    found.push(child);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}
