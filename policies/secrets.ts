import type { GeneratedSecret } from "../config/generated-secrets.ts";
import { counted } from "../lib/text.ts";
import type { Context } from "./framework/context.ts";
import {
  type Finding,
  fault,
  judge,
  policy,
  postponed,
  type Resource,
  type Stack,
  undecided,
  violation,
} from "./framework/index.ts";
import { passwordHolders } from "./model/database-roles.ts";
import { stageVariables } from "./model/facts.ts";
import {
  generatedBits,
  generatedLength,
  isImported,
  isShown,
  judgeNamed,
  type NamedVariable,
  variablesNamed,
} from "./model/generated.ts";
import { isGenerator } from "./model/generators.ts";
import { isLeftWithout, unreadMaps } from "./model/secret-maps.ts";
import { isConnectionName, isSecretName } from "./model/secret-names.ts";
import { isOtherStage } from "./model/stack-reference.ts";
import { secretOfProduction } from "./model/stage-secrets.ts";
import { applicationHosts, declaredVariables } from "./model/variables.ts";
import { bitsPerCharacter } from "./values/randomness.ts";

const thresholds = {
  minimumLength: {
    description: "Fewest characters of the secret.",
    default: 64,
    minimum: 64,
    maximum: 4096,
  },
} as const;

export const jwtSecretLength = policy({
  name: "jwt-secret-length",
  items: ["2.4"],
  title: "JWT_SECRET must have at least 64 characters.",
  severity: "critical",
  fix: "Generate JWT_SECRET with a RandomPassword of length 64 or more.",
  thresholds,
  check: (stack, threshold, context) => longEnough(stack, "JWT_SECRET", threshold("minimumLength"), context),
});

export const secretKeyLength = policy({
  name: "secret-key-length",
  items: ["2.5"],
  title: "SECRET_KEY must have at least 64 characters.",
  severity: "critical",
  fix: "Generate SECRET_KEY with a RandomPassword of length 64 or more.",
  thresholds,
  check: (stack, threshold, context) => longEnough(stack, "SECRET_KEY", threshold("minimumLength"), context),
});

export const secretsGenerated = policy({
  name: "secrets-generated",
  items: ["2.4", "2.5", "2.10"],
  title:
    "This stack must generate JWT_SECRET and SECRET_KEY, or have them as encrypted settings of its own, so that no other stack has them.",
  severity: "critical",
  fix: "Make the value from a RandomPassword that this stack declares, or from a setting that `pulumi config set --secret` encrypts for this stack alone; not from a literal, a plain setting or another stack.",
  check: (stack, _threshold, context) => [
    ...generatedHere(stack, "JWT_SECRET", "jwtSecret", context),
    ...generatedHere(stack, "SECRET_KEY", "secretKey", context),
  ],
});

export const secretsDistinct = policy({
  name: "secrets-distinct",
  items: ["2.4", "2.5"],
  title: "JWT_SECRET and SECRET_KEY must be different.",
  severity: "high",
  fix: "Generate each of them with a RandomPassword of its own.",
  check: (stack) => {
    const { variables, undecided: findings } = variablesNamed(stack, "JWT_SECRET");
    const both = [...variables, ...variablesNamed(stack, "SECRET_KEY").variables];
    const taken = new Set(variables.flatMap(identities));
    const open = variables.find((variable) => variable.value.isUnknown && identities(variable).length === 0);
    return [
      ...judgeNamed(stack, "SECRET_KEY", (key) => {
        const own = identities(key);
        if (own.some((identity) => taken.has(identity))) {
          return "SECRET_KEY has the same value as JWT_SECRET.";
        }
        if (isLeftWithout(stack, key)) return withoutOwn(key);
        const unknown = own.length === 0 && key.value.isUnknown ? key : open;
        return unknown === undefined || undecided(unknown.value);
      }),
      ...variables.map((variable) =>
        judge(
          variable.resource,
          () => !isLeftWithout(stack, variable) || fault(variable.value, withoutOwn(variable)),
        ),
      ),
      ...unreadMaps(stack),
      ...others(stack, both),
      ...passwords(stack, both),
      ...findings,
    ];
  },
});

const withoutOwn = ({ name, resource }: NamedVariable): string =>
  `${name} has the value of another secret: of what ${resource.name} is made from, nothing is generated for it alone.`;

/** No other secret may be the same, under whatever name; a connection string may hold the password of another. */
function others(stack: Stack, both: readonly NamedVariable[]): Finding[] {
  const owners = new Map(both.flatMap((variable) => identities(variable).map((it) => [it, variable.name])));
  return declaredVariables(stack).map((variable) =>
    judge(variable.resource, () => {
      const name = variable.name() ?? "";
      if (["", "JWT_SECRET", "SECRET_KEY"].includes(name) || !isSecretName(name) || isConnectionName(name)) {
        return true;
      }
      const { value, resource } = variable;
      const text = value.isUnknown ? undefined : value.string();
      const sources = value.path.length === 1 ? resource.sourcesOf(value).map(({ urn }) => urn) : [];
      const owner = [...(text === undefined ? [] : [`value ${text}`]), ...sources]
        .map((identity) => owners.get(identity))
        .find((found) => found !== undefined);
      return owner === undefined || fault(value, `${name} has the same value as ${owner}.`);
    }),
  );
}

/** Who may read the password of a role or a database is not who may sign tokens. */
function passwords(stack: Stack, both: readonly NamedVariable[]): Finding[] {
  const holders = passwordHolders(stack);
  return both.map((variable) =>
    judge(variable.resource, () => {
      const generators: readonly Resource[] = variable.generators ?? [];
      const holder = holders.find((candidate) =>
        candidate.dependencies.some((source) => generators.includes(source)),
      );
      return (
        holder === undefined ||
        fault(variable.value, `${variable.name} has the same value as the password of ${holder.name}.`)
      );
    }),
  );
}

export const secretsNotShared = policy({
  name: "secrets-not-shared",
  items: ["2.10"],
  title: "No secret variable may be shared with another stage.",
  severity: "critical",
  fix: "Declare the secret in this stack, or read it from the stack of the same stage; give previews and development values of their own.",
  check: (stack) => {
    if (applicationHosts(stack).length === 0) {
      return [
        violation("No host of the application is declared, so whether its secrets are its own is not known."),
      ];
    }
    return [
      ...applicationHosts(stack).map(({ resource, previews }) =>
        judge(resource, () => {
          const by = previews?.();
          return (
            by === undefined ||
            fault(
              by,
              `Previews of ${resource.name} get the secrets of production, with code that nobody has approved.`,
            )
          );
        }),
      ),
      ...stageVariables(stack).map((variable) =>
        judge(variable.resource, () => {
          const name = variable.name();
          const same = name === undefined ? undefined : secretOfProduction(stack, name, variable);
          const [stage = "another stage"] = variable.stages();
          return (
            same === undefined ||
            fault(variable.value, `${name} of ${stage} has the same value as ${same} of production.`)
          );
        }),
      ),
      ...declaredVariables(stack).map((variable) =>
        judge(variable.resource, () => {
          const name = variable.name();
          const foreign = variable.resource.sourcesOf(variable.value).filter(isOtherStage);
          if (name === undefined || !isSecretName(name)) {
            return true;
          }
          const [other] = variable.hiding?.otherStages() ?? [];
          if (other !== undefined) {
            return fault(
              variable.value,
              `${name} of production is given to ${other} too, which run code that nobody has approved.`,
            );
          }
          if (foreign.length === 0) {
            return true;
          }
          // In a map of variables any of them may come from there: its value tells, once it is known.
          const alone = variable.value.path.length === 1 && variable.isPart !== true;
          const value = alone ? undefined : variable.value.string();
          return (
            (value !== undefined &&
              !foreign.some((source) => source.outputTexts("outputs").includes(value))) ||
            fault(variable.value, `${name} comes from the stack ${foreign.map((it) => it.name).join(", ")}.`)
          );
        }),
      ),
    ];
  },
});

/** What stands in an offline preview for a setting that is encrypted. */
const secretPlaceholder = "[secret]";

/** What 64 hexadecimal digits have: the key of HMAC-SHA256 needs no more (RFC 7518, 3.2). */
const leastBits = 256;

function longEnough(stack: Stack, name: string, minimum: number, { isSupplied }: Context): Finding[] {
  return judgeNamed(stack, name, ({ value, sources, generators, hostGenerated }) => {
    if (!value.isUnknown && !value.exists) {
      const length = hostGenerated ?? 44;
      return (
        length >= minimum ||
        `${name} is generated by its host: Render's generateValue has ${length} characters, not ${minimum} or more.`
      );
    }
    if (!value.isUnknown) {
      if (value.string() === secretPlaceholder && isSupplied(secretPlaceholder)) {
        return postponed(
          value,
          `${name} is an encrypted setting, whose length only a decrypting preview knows`,
        );
      }
      const length = value.string()?.length ?? 0;
      if (length < minimum) {
        return `${name} has ${counted(length, "character")}, not ${minimum} or more.`;
      }
      const bits = Math.floor(length * bitsPerCharacter(value.string() ?? ""));
      return (
        bits >= leastBits / 4 || `${name} has at most ${bits} bits of entropy: it repeats few characters.`
      );
    }
    const longest = Math.max(...(generators ?? sources.filter(isGenerator)).map(generatedLength));
    if (longest < minimum && longest > Number.NEGATIVE_INFINITY) {
      return `${name} has ${counted(longest, "character")}, not ${minimum} or more.`;
    }
    const weakest = (generators ?? []).find((generator) => generatedBits(generator) < leastBits);
    if (weakest !== undefined) {
      return `${name} has ${Math.floor(generatedBits(weakest))} bits of entropy, not ${leastBits} or more: ${weakest.name} draws its characters from too few.`;
    }
    return (generators ?? []).length > 0 || undecided(value);
  });
}

function generatedHere(
  stack: Stack,
  name: string,
  existing: GeneratedSecret,
  { isSupplied, declared }: Context,
): Finding[] {
  // What no resource makes could as well come from another stack.
  const isExisting = declared?.existingSecrets.has(existing) === true;
  return judgeNamed(stack, name, ({ value, sources, generators, hostGenerated }) => {
    const text = value.isUnknown ? undefined : value.string();
    const shown = (generators ?? []).find(isShown);
    if (shown !== undefined) {
      return `${shown.name} is a RandomString, whose result Pulumi stores and shows in plain text: a RandomPassword, or additionalSecretOutputs with result, keeps ${name} a secret.`;
    }
    const imported = hostGenerated === undefined ? (generators ?? []).find(isImported) : undefined;
    if (imported !== undefined) {
      return `${imported.name} does not generate ${name}: it imports a value that is written in the program.`;
    }
    const isSetting = text !== undefined && value.isSecret === true && isSupplied(text);
    if (isExisting && value.isUnknown && value.isSecret === true && sources.length === 0) {
      return postponed(
        value,
        `${name} is made from no resource: whether it is the encrypted setting ${existing} only a decrypting preview knows`,
      );
    }
    return (
      hostGenerated !== undefined ||
      isSetting ||
      (generators ?? undecided(value)).length > 0 ||
      `No resource of this stack generates ${name}, and no encrypted setting of it is its value.`
    );
  });
}

/** What two variables share if they are the same secret: the known value, or the resource that generates it. */
function identities({ value, generators }: NamedVariable): string[] {
  const text = value.isUnknown ? undefined : value.string();
  return [...(text === undefined ? [] : [`value ${text}`]), ...(generators ?? []).map(({ urn }) => urn)];
}
