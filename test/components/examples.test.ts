import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { answers } from "./context.ts";
import { examples } from "./examples.ts";
import { declaredInputs } from "./recorder.ts";
import { componentFiles, descendants, sources } from "./sources.ts";

/** The code of each function of test/components/examples.ts, without its indentation. */
const code = new Map(
  descendants(sourceOf(new URL("examples.ts", import.meta.url)))
    .filter(ts.isPropertyAssignment)
    .flatMap(({ name, initializer }) =>
      ts.isArrowFunction(initializer)
        ? [[ownName(name), withoutIndent(initializer.body.getText())] as const]
        : [],
    ),
);

function sourceOf(url: URL): ts.SourceFile {
  return ts.createSourceFile("examples.ts", readFileSync(url, "utf8"), ts.ScriptTarget.Latest, true);
}

function ownName(name: ts.PropertyName): string {
  return ts.isStringLiteral(name) || ts.isIdentifier(name) ? name.text : "";
}

function withoutIndent(text: string): string {
  return `${text.replaceAll(/^ {4}/gm, "")};`;
}

/** The `@example` of the arguments of a component. */
function documented(component: string): string | undefined {
  const syntax = sources.find(({ path }) => path === `${component}/args.ts`)?.syntax;
  return (syntax === undefined ? [] : descendants(syntax))
    .flatMap(ts.getJSDocTags)
    .filter(({ tagName }) => tagName.text === "example")
    .map(({ comment }) => ts.getTextOfJSDocComment(comment))
    .at(0);
}

const declarations = new Map<string, () => unknown>(Object.entries(examples));

describe.each(componentFiles)("the example of %s", (component) => {
  test("is code that is type-checked", () => {
    expect(documented(component)).toBe(code.get(component));
  });

  test("declares resources and transforms one of them", async () => {
    const declare = declarations.get(component);
    if (declare === undefined) throw new Error(`test/components/examples.ts has no ${component}`);
    expect((await declaredInputs(declare, answers)).size).toBeGreaterThan(1);
    expect(documented(component)).toContain("transform: {");
  });
});
