import {
  type AnyValue,
  fault,
  type Key,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
  type Value,
} from "../../framework/index.ts";
import type { SecretReaders } from "../../model/adapter.ts";
import type * as args from "../../model/aws-args.ts";
import { secretStores } from "../../model/aws-tokens.ts";
import type { Variable } from "../../model/host.ts";

/** A variable whose value is written beside its name. */
export function plainVariables(resource: Resource, map: Value): Variable[] {
  return map.isUnknown
    ? [{ resource, name: () => map.string(), value: map }]
    : map.entries().map(([name, value]) => ({ resource, name: () => name, value }));
}

/** Variables that are read from a store of secrets when the host starts: what the store holds is their value. */
export function storedVariables(stack: Stack, resource: Resource, map: Value): Variable[] {
  return map.isUnknown
    ? [{ resource, name: () => map.string(), value: map }]
    : map.entries().map(([name, reference]) => stored(stack, resource, name, reference));
}

export function stored(stack: Stack, resource: Resource, name: string, reference: AnyValue): Variable {
  const held = contentOf(stack, resource, name, reference);
  return {
    resource,
    name: () => name,
    value: held?.value ?? reference,
    ...(held && { sources: held.sources }),
    ...(held?.isPart && { isPart: held.isPart }),
  };
}

type Store = ResourceOf<args.SecretArgs | args.ParameterArgs>;

interface Content {
  readonly value: AnyValue;
  readonly sources: readonly Resource[];
  /** Set where it is one entry of a document. */
  readonly isPart?: true;
}

/**
 * What a reference leads to: the version of a secret or a parameter. Addresses are unknown before the update; then
 * it is that of the secrets behind the property which has the name of the variable.
 */
function contentOf(stack: Stack, resource: Resource, name: string, reference: AnyValue): Content | undefined {
  const stores = stack.ofType(secretStores.secret, secretStores.parameter);
  const text = reference.isUnknown ? undefined : known(() => reference.string());
  const behind = resource.sourcesOf(reference).filter((source) => stores.some((store) => store === source));
  const candidates = stores.filter((store) => behind.length === 0 || behind.includes(store));
  if (text === undefined) {
    const like = named(candidates, name);
    const [only, ...others] = candidates;
    // The only store that there is may hold a document, of which the address has a key.
    return like !== undefined
      ? contentIn(stack, like)
      : only !== undefined && others.length === 0
        ? partOf(contentIn(stack, only))
        : undefined;
  }
  const found = candidates.find((store) => store.id === text || (isNameOf(store, text) && text !== ""));
  const content = found === undefined ? undefined : contentIn(stack, found);
  const key = keyIn(text);
  return key === undefined ? content : partOf(content, key);
}

/** One entry of a document, whose value is not known before that of the document and its key are. */
function partOf(content: Content | undefined, key?: string): Content | undefined {
  if (content === undefined) {
    return undefined;
  }
  const { value, sources } = content;
  return {
    sources,
    isPart: true,
    value: value.isUnknown || key === undefined ? value : value.json<Record<string, string>>().at(key),
  };
}

/** The key of a document that a container is given: `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME:KEY::`. */
const keyIn = (reference: string): string | undefined =>
  /^arn:aws[\w-]*:secretsmanager:/.test(reference) ? reference.split(":")[7] || undefined : undefined;

function contentIn(stack: Stack, store: Store): Content | undefined {
  if (store.is(secretStores.parameter)) {
    return written(store, "value", "valueWo");
  }
  const version = stack
    .ofType(secretStores.version)
    .find((candidate) => candidate.refersTo(store, "secretId"));
  return version === undefined ? undefined : written(version, "secretString", "secretStringWo");
}

/** What is stored, which either property gives: of the second one the state keeps nothing. */
function written<P>(resource: ResourceOf<P>, read: Key<P>, writeOnly: Key<P>): Content {
  const own = resource.at(read);
  const property = own.isUnknown || own.exists ? read : writeOnly;
  return { value: resource.at(property), sources: resource.dependenciesOf(property) };
}

/** The one whose name ends as the variable's. */
function named(stores: readonly Store[], name: string): Store | undefined {
  const like = stores.filter((store) =>
    [store.name, known(() => store.at("name").string()) ?? ""].some((text) =>
      letters(text).endsWith(letters(name)),
    ),
  );
  const [first, ...others] = like.toSorted((one, other) => one.name.length - other.name.length);
  return first !== undefined && others.every((other) => other.name.length > first.name.length)
    ? first
    : undefined;
}

function isNameOf(store: Store, reference: string): boolean {
  const name = known(() => store.at("name").string());
  return (
    name !== undefined && name !== "" && (reference === name || isAddressOf(reference, name, store.type))
  );
}

/** An address has the name of a parameter without its first slash, and that of a secret with six characters or without. */
function isAddressOf(reference: string, name: string, type: string): boolean {
  const parts = reference.split(":");
  if (type === secretStores.parameter) {
    return parts[5] === `parameter/${name.replace(/^\//, "")}`;
  }
  const secret = parts[5] === "secret" ? (parts[6] ?? "") : "";
  const isSuffixed = secret.startsWith(`${name}-`) && /^[A-Za-z0-9]{6}$/.test(secret.slice(name.length + 1));
  return secret === name || isSuffixed;
}

const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Policies of secrets that let every account of Amazon's read them. */
export const secretReaders = (stack: Stack): SecretReaders[] =>
  stack.ofType(secretStores.policy).map((resource) => ({
    resource,
    verdict: () => {
      const policy = resource.at("policy");
      const open = policy
        .json<args.AccessPolicy>()
        .at("Statement")
        .items()
        .find((statement) => isForAll(statement));
      return (
        open === undefined ||
        fault(
          policy,
          `The policy ${resource.name} lets every account read the secret.`,
          "Name in Principal the roles that read the secret, or give the statement a Condition.",
        )
      );
    },
  }));

function isForAll(statement: Value<args.AccessStatement>): boolean {
  const principal = statement.at("Principal");
  const accounts = principal.at("AWS");
  const names = [principal.string(), accounts.string(), ...accounts.strings()];
  return (
    statement.at("Effect").string() === "Allow" && names.includes("*") && !statement.at("Condition").exists
  );
}
