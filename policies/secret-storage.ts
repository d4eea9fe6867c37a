import { type Finding, fault, judge, policy, type Stack, violation } from "./framework/index.ts";
import { documents, secretReaders } from "./model/facts.ts";
import { makesSecret } from "./model/generated.ts";
import { isDerived, isExpectedSecret, literalKind } from "./model/literal-secrets.ts";
import { namedInputs } from "./model/named-inputs.ts";
import { findCredential, isPublicToken } from "./model/secret-formats.ts";
import { browserName, isBrowserKey, isSecretName } from "./model/secret-names.ts";
import { applicationHosts, declaredVariables, type Variable } from "./model/variables.ts";

export const noLiteralSecrets = policy({
  name: "no-literal-secrets",
  items: ["2.9"],
  scope: "any",
  title: "No input of a resource may be a secret that is written in the program.",
  severity: "critical",
  fix: "Generate the secret in the stack, or set it with `pulumi config set --secret`, and replace it wherever it is in use.",
  url: "https://www.pulumi.com/docs/iac/concepts/secrets/",
  check: (stack, _threshold, { isSupplied }) => [
    ...documents(stack).map(({ resource, verdict }) => judge(resource, verdict)),
    ...stack.all().flatMap((resource) => {
      const inputs = resource.isDeclared ? namedInputs(resource) : [];
      return inputs.flatMap((input) => {
        const kind = literalKind(input, isSupplied);
        if (kind === undefined || isDerived(input.value)) {
          return [];
        }
        const found = `${input.value.path.join(".")} is ${kind} that is written in the program.`;
        return [violation(fault(input.value, found), resource)];
      });
    }),
  ],
});

export const secretsEncrypted = policy({
  name: "secrets-encrypted",
  items: ["2.9"],
  scope: "any",
  title: "Every input that contains a secret must be marked as one, so that the state encrypts it.",
  severity: "high",
  fix: "Wrap the value with pulumi.secret before it becomes an input.",
  url: "https://www.pulumi.com/docs/iac/concepts/secrets/",
  phase: "resource",
  check: (stack) =>
    stack.all().flatMap((resource) =>
      namedInputs(resource)
        .filter((input) => isExpectedSecret(input) && input.value.isSecret !== true)
        .map(
          ({ value }): Finding =>
            // Only at the level remediate does the host say what is a secret.
            value.isSecret === undefined
              ? { answer: "unknown", value }
              : violation(fault(value, `${value.path.join(".")} is not marked as a secret.`), resource),
        ),
    ),
});

export const secretVariablesSensitive = policy({
  name: "secret-variables-sensitive",
  items: ["2.3", "2.4", "2.5", "2.9"],
  title: "Every secret variable must be sensitive at the host, so that nobody can read it there again.",
  severity: "high",
  fix: "Have the host hide the value, so that it can be replaced and not read.",
  url: "https://vercel.com/docs/environment-variables/sensitive-environment-variables",
  check: (stack) => [
    ...withoutHosts(stack),
    ...secretReaders(stack).map(({ resource, verdict }) => judge(resource, verdict)),
    ...declaredVariables(stack).flatMap((variable) => {
      const { hiding } = variable;
      return hiding === undefined
        ? []
        : [
            judge(variable.resource, () => {
              const name = hiding.key.string() ?? "";
              return (
                !holdsSecret(variable, name) ||
                (hiding.isOn?.() ?? hiding.switch.boolean() === true) ||
                fault(hiding.switch, `${name} is not sensitive, so whoever can see the project can read it.`)
              );
            }),
          ];
    }),
  ],
});

export const secretsNotInBrowsers = policy({
  name: "secrets-not-in-browsers",
  items: ["2.9"],
  title: "No secret may be in a variable that the build sends to browsers.",
  severity: "critical",
  fix: "Take the public prefix off the name, read the variable only on the server, and replace the secret if it was ever deployed.",
  url: "https://nextjs.org/docs/app/guides/environment-variables",
  check: (stack) => [
    ...withoutHosts(stack),
    ...declaredVariables(stack).map((variable) =>
      judge(variable.resource, () => {
        const name = variable.name() ?? "";
        const rest = browserName(name);
        return (
          rest === undefined ||
          isBrowserKey(rest) ||
          !holdsSecret(variable, rest) ||
          fault(variable.value, `${name} is a secret, and the build sends it to browsers.`)
        );
      }),
    ),
  ],
});

function withoutHosts(stack: Stack): Finding[] {
  return applicationHosts(stack).length > 0
    ? []
    : [violation("No host of the application is declared, so whether it hides secrets is not known.")];
}

/** Whether the name says so, a random resource generates the value, or its form gives it away. */
function holdsSecret({ resource, value }: Variable, name: string): boolean {
  const known = value.isUnknown ? undefined : value.string();
  if (known !== undefined && isPublicToken(known)) {
    return false;
  }
  if (isSecretName(name)) {
    return true;
  }
  const alone = value.path.length === 1;
  if (alone && resource.sourcesOf(value).some(makesSecret)) {
    return true;
  }
  return known !== undefined && findCredential(known) !== undefined;
}
