import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..", "..");
const file = join(root, "policies", "typed-reads.ts");

/** Reads of a policy, those that must not compile marked by a comment. */
const source = `
import type { ResourceOf, Stack } from "./framework/index.ts";
import { ownedBy } from "./model/links.ts";
import { cloudflare, github, random, render, sentry, vercel } from "./model/tokens.ts";

export function reads(stack: Stack, entry: string) {
  for (const zone of stack.ofType(cloudflare.zone)) {
    zone.at("name").string();
    zone.at("nme").string(); // refused
    zone.dependenciesOf("acount"); // refused
  }
  for (const ruleset of stack.ofType(cloudflare.ruleset)) {
    ruleset.at("rules").items().map((rule) => rule.at("actionParameters", "headers").entries());
    ruleset.at("rules", "0", "ratelimit", "period").number();
    ruleset.at("rules", "0", "rateLimit"); // refused
    ruleset.at("rules").items().map((rule) => rule.at("actionParameter")); // refused
  }
  for (const service of stack.ofType(render.webService, render.cronJob)) {
    service.at("schedule").string();
    service.at("envVars", entry, "value").string();
    service.at("envVars", entry, "values").string(); // refused
    if (service.is(render.cronJob)) service.at("healthCheckPath"); // refused
  }
  for (const setting of stack.ofType(cloudflare.zoneSetting)) {
    setting.at("value", "strict_transport_security", "max_age").number();
    setting.at("valeu"); // refused
  }
  for (const key of stack.ofType(...sentry.key)) key.at("rateLimitCounts"); // refused
  for (const password of stack.ofType(random.password)) password.refersTo(password, "keeper"); // refused
  for (const resource of stack.ofType(github.repository)) resource.dependencies.map((it) => it.at("name")); // refused
  ownedBy([vercel.domain], "projectId");
  ownedBy([vercel.domain], "project"); // refused
}

export const asAnother = (zone: ResourceOf<{ name: string }>): ResourceOf<{ nam: string }> => zone; // refused
`;

test("a misspelt property of a resource does not compile", () => {
  const errors = compile(source);
  const lines = source.split("\n");
  const marked = lines.flatMap((line, index) => (line.endsWith("// refused") ? [index + 1] : []));
  expect(errors.map(({ line }) => line)).toEqual(marked);
  for (const { message } of errors) {
    expect(message).toMatch(/^(Argument of type|Property 'at' does not exist|Type )/);
  }
});

/** Errors of a file that stands in the pack for this test only. */
function compile(text: string): { line: number; message: string }[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const host = ts.createCompilerHost({ ...options, incremental: false });
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, target, ...rest) =>
    name === file ? ts.createSourceFile(name, text, target) : getSourceFile(name, target, ...rest);
  const program = ts.createProgram([file], { ...options, incremental: false }, host);
  const parsed = program.getSourceFile(file);
  return program.getSemanticDiagnostics(parsed).map(({ start = 0, messageText }) => ({
    line: (parsed?.getLineAndCharacterOfPosition(start).line ?? 0) + 1,
    message: ts.flattenDiagnosticMessageText(messageText, "\n"),
  }));
}
