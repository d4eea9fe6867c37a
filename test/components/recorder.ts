import * as pulumi from "@pulumi/pulumi";

/** A resource as the program declared it: its inputs as the engine gets them, its options as written. */
export interface RecordedResource {
  type: string;
  name: string;
  /** A secret input is `{ secret: value }`; a secret inside an object makes the whole property one. */
  inputs: Record<string, unknown>;
  options: pulumi.CustomResourceOptions;
  /** Whether the value at a path of the properties, as written, is a secret by itself. */
  secretAt(...path: string[]): Promise<boolean>;
}

export interface Recording<T> {
  component: T;
  resources: RecordedResource[];
  /** The resource of a name. Throws when there is none, or more than one. */
  named(name: string): RecordedResource;
  ofType(type: string): RecordedResource[];
}

export interface RecordingOptions {
  /** What a provider adds to the inputs of a resource, by type. */
  outputs?: Record<string, Record<string, unknown>>;
  /** What a data source answers, by token. */
  calls?: Record<string, Record<string, unknown>>;
}

/** Declares a component against mocks and returns all that it declared. */
export async function record<T extends pulumi.ComponentResource>(
  build: (opts: pulumi.ComponentResourceOptions) => T,
  options: RecordingOptions = {},
): Promise<Recording<T>> {
  const declared: pulumi.ResourceTransformationArgs[] = [];
  const inputs = await mockEngine(options);
  const component = build({
    transformations: [
      (args) => {
        declared.push(args);
        return undefined;
      },
    ],
  });
  await pulumi.runtime.disconnect();

  const resources = declared
    .filter(({ resource }) => resource !== component)
    .map(({ type, name, props, opts }) => ({
      type,
      name,
      inputs: inputs.get(name) ?? {},
      options: opts,
      secretAt: (...path: string[]) => pulumi.isSecret(pulumi.output(at(props, path))),
    }));
  return {
    component,
    resources,
    named(name) {
      const [found, ...others] = resources.filter((resource) => resource.name === name);
      if (found === undefined || others.length > 0) {
        throw new Error(`${others.length + (found ? 1 : 0)} resources named ${name}, of ${names(resources)}`);
      }
      return found;
    },
    ofType: (type) => resources.filter((resource) => resource.type === type),
  };
}

/** The inputs of each resource that a function declares, by name. */
export async function declaredInputs(
  declare: () => unknown,
  options: RecordingOptions = {},
): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const inputs = await mockEngine(options);
  declare();
  await pulumi.runtime.disconnect();
  return inputs;
}

/** Starts mocks, and returns where they put the inputs of each resource. */
async function mockEngine(options: RecordingOptions): Promise<Map<string, Record<string, unknown>>> {
  const inputs = new Map<string, Record<string, unknown>>();
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        inputs.set(
          args.name,
          Object.fromEntries(Object.entries(args.inputs).map(([k, v]) => [k, reveal(v)])),
        );
        return { id: `${args.name}-id`, state: { ...args.inputs, ...options.outputs?.[args.type] } };
      },
      call: (args) => options.calls?.[args.token] ?? {},
    },
    "optropic",
    "test",
    false,
  );
  return inputs;
}

/** The value of an output. */
export function settled<T>(value: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    pulumi.output(value).apply(resolve);
  });
}

// The engine's mark of a secret value: https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
const signatureKey = "4dabf18193072939515e22adb298388d";

function reveal(value: unknown): unknown {
  return typeof value === "object" && value !== null && signatureKey in value && "value" in value
    ? { secret: value.value }
    : value;
}

function at(value: unknown, [key, ...rest]: string[]): unknown {
  if (key === undefined) return value;
  if (typeof value !== "object" || value === null) throw new Error(`No property ${key}`);
  return at(Object.entries(value).find(([name]) => name === key)?.[1], rest);
}

function names(resources: readonly RecordedResource[]): string {
  return resources.map(({ name }) => name).join(", ");
}
