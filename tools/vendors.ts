import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { reasonOf } from "../lib/failure.ts";
import { counted } from "../lib/text.ts";

/** A place where a policy reads a vendor's resources and not the model. */
export interface VendorProblem {
  /** Path from the root of the project. */
  readonly file: string;
  readonly line: number;
  /** One sentence. */
  readonly message: string;
}

/**
 * Finds where the policies read what a vendor's provider declares: only adapters may, so that a vendor can be added
 * without a change of any policy. The files are those of `policies/` itself, its framework, its values and its model, but
 * for the modules of the model that are listed below.
 *
 * @param root folder of the project
 */
export function checkVendors(root: string): VendorProblem[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name}`)
      .filter((file) => !tokens.test(file))
      .flatMap((file) => problemsOf(file, readFileSync(join(root, file), "utf8"))),
  );
}

const folders = ["policies", "policies/framework", "policies/model", "policies/values"];

/** Names of the vendors' types, for the adapters. */
const tokens = /^policies\/model\/(?:aws-tokens|other-args|renamed-types|tokens)\.ts$/;

/** One that is listed and reads nothing of a vendor's any more has to leave the list, so that it stays so. */
function problemsOf(file: string, text: string): VendorProblem[] {
  const found = problemsIn(file, text);
  const [, name] = /^policies\/model\/([\w-]+)\.ts$/.exec(file) ?? [];
  if (name === undefined || !readers.has(name)) return found;
  return found.length > 0
    ? []
    : [{ file, line: 1, message: "It reads no vendor's resources: take it from the list of those that do." }];
}

/**
 * Modules of the model that read what a vendor's provider declares, most of them that of one vendor. None may be added:
 * what is new belongs to an adapter.
 */
const readers: ReadonlySet<string> = new Set([
  "alert-facts",
  "alert-proof",
  "alert-rule",
  "backup-variables",
  "backups",
  "branch-rules",
  "branch-sources",
  "bucket-rules",
  "bypasses",
  "cached-pages",
  "contact-points",
  "database-roles",
  "deploy-hooks",
  "deployment-source",
  "deployment-work",
  "deployments",
  "diversions",
  "environment-refs",
  "generated",
  "grafana-conditions",
  "grant-scope",
  "in-front",
  "links",
  "lock-outs",
  "named-inputs",
  "notification-routes",
  "notification-times",
  "origins",
  "page-rules",
  "pager-silence",
  "pagers",
  "plan-uses",
  "production-access",
  "rate-limits",
  "recordings",
  "redirects",
  "release-tags",
  "repositories",
  "response-headers",
  "role-use",
  "route",
  "rulesets",
  "sentry-dsn",
  "shared-secrets",
  "sites",
  "stack-outputs",
  "stack-reference",
  "static-sites",
  "subject-templates",
  "token-buckets",
  "waf",
  "webhooks",
  "zone-plans",
  "zones",
]);

/** Packages of Pulumi itself, which declare no vendor's resources. */
const ownPackages: ReadonlySet<string> = new Set(["@pulumi/policy", "@pulumi/pulumi"]);

/** Modules that hold the types of resources, and what fills the model. */
const adaptersOwn =
  /(?:^|\/)(?:model\/(?:aws-tokens|other-args|renamed-types|tokens)|adapters\/[\w/-]+)\.ts$/;

/** The framework says which vendors there are, how they call a type today, and the way to meet a requirement at each. */
const allowed: ReadonlyMap<string, string> = new Map([
  ["policies/framework/evaluate.ts", "../adapters/index.ts"],
  ["policies/framework/stack.ts", "../model/renamed-types.ts"],
  ["policies/framework/vendor-fixes.ts", "../adapters/index.ts"],
]);

/** `cloudflare:index/zone:Zone`, and the beginning of such a type: `grafana:`. */
const typeToken = /^[a-z][\w-]*:(?:[a-z][\w/.-]*:[A-Z]\w*)?$/;

function problemsIn(file: string, text: string): VendorProblem[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const problems: VendorProblem[] = [];
  const add = (node: ts.Node, message: string) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    problems.push({ file, line: line + 1, message });
  };
  const isOfPolicies = !file.startsWith("policies/framework/") && !file.startsWith("policies/values/");
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) {
      const found = importFault(file, specifier.text);
      if (found !== undefined) add(node, found);
      return;
    }
    if (ts.isStringLiteralLike(node) && typeToken.test(node.text) && !isScheme(node.text)) {
      add(node, `It names the type ${node.text} of a provider.`);
    }
    if (isOfPolicies && ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const found = callFault(node.expression.name.text, node.arguments[0]);
      if (found !== undefined) add(node, found);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

/** What a node imports: by a declaration, a re-export, a type or a call. */
function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal);
  const isImport = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isImport ? literal(node.arguments[0]) : undefined;
}

const literal = (node: ts.Node | undefined): ts.StringLiteralLike | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node : undefined;

function importFault(file: string, specifier: string): string | undefined {
  if (/^@(?:pulumi|pulumiverse)\//.test(specifier)) {
    const [scope, name] = specifier.split("/");
    return ownPackages.has(`${scope}/${name}`) ? undefined : `It imports ${specifier}, a vendor's package.`;
  }
  // The model puts together what the adapters of all vendors fill.
  const isGathered = file.startsWith("policies/model/") && specifier === "../adapters/index.ts";
  return adaptersOwn.test(specifier) && !isGathered && allowed.get(file) !== specifier
    ? `It imports ${specifier}, which only what fills the model may read.`
    : undefined;
}

function callFault(name: string, argument: ts.Expression | undefined): string | undefined {
  if (name === "ofType") return "It asks for resources of a type.";
  // A list has numbers.
  return name === "at" &&
    argument !== undefined &&
    !ts.isNumericLiteral(argument) &&
    !ts.isPrefixUnaryExpression(argument)
    ? `It reads the property ${argument.getText()} of a resource.`
    : undefined;
}

/** The beginning of a URL, which has the form of a package's name. */
const isScheme = (text: string): boolean =>
  /^(?:data|file|ftp|https?|jdbc|mailto|postgres(?:ql)?|urn):$/.test(text);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const problems = checkVendors(dirname(import.meta.dirname));
    for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`);
    if (problems.length > 0) {
      console.error(
        `${counted(problems.length, "place")} where a policy reads a vendor's resources: have an adapter in policies/adapters/ fill the model (docs/extending.md)`,
      );
      process.exitCode = 1;
    }
  } catch (error) {
    console.error(reasonOf(error));
    process.exitCode = 2;
  }
}
