import * as z from "zod";

// What `terraform show -json` prints: https://developer.hashicorp.com/terraform/internals/json-format

const resource = z.looseObject({
  mode: z.string(),
  type: z.string(),
  name: z.string(),
  index: z.union([z.string(), z.number()]).optional(),
  deposed_key: z.string().optional(),
  values: z.record(z.string(), z.json()).nullish(),
  sensitive_values: z.json().optional(),
  depends_on: z.array(z.string()).nullish(),
});

type Resource = z.infer<typeof resource>;

interface Module {
  readonly address?: string | undefined;
  readonly resources?: readonly Resource[] | null | undefined;
  readonly child_modules?: readonly Module[] | null | undefined;
}

const moduleSchema: z.ZodType<Module> = z.looseObject({
  address: z.string().optional(),
  resources: z.array(resource).nullish(),
  get child_modules() {
    return z.array(moduleSchema).nullish();
  },
});

const shownState = z.looseObject({
  format_version: z.string(),
  values: z
    .looseObject({
      outputs: z
        .record(z.string(), z.looseObject({ value: z.json().optional(), sensitive: z.boolean().optional() }))
        .optional(),
      root_module: moduleSchema.optional(),
    })
    .nullish(),
});

/** Whether a file's content is what `terraform show -json` prints of a state. */
export function isShown(content: unknown): boolean {
  return (
    z.looseObject({ format_version: z.string() }).safeParse(content).success &&
    // A plan, the schemas of the providers and a validation have a version, too.
    !others.some((key) => z.looseObject({ [key]: z.unknown() }).safeParse(content).success)
  );
}

const others = ["planned_values", "provider_schemas", "valid"];

/** The same as Terraform stores it; undefined where it has another form. */
export function storedState(content: unknown): unknown {
  const parsed = shownState.safeParse(content);
  if (!parsed.success) return undefined;
  const { outputs = {}, root_module = {} } = parsed.data.values ?? {};
  return {
    ...{ version: 4, lineage: "" },
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, { value = null, sensitive = false }]) => [
        name,
        { value, sensitive },
      ]),
    ),
    resources: modulesIn(root_module).flatMap(({ address, resources }) =>
      (resources ?? []).map((one) => ({
        ...(address !== undefined && { module: address }),
        ...{ mode: one.mode, type: one.type, name: one.name },
        instances: [
          {
            ...(one.index !== undefined && { index_key: one.index }),
            ...(one.deposed_key !== undefined && { deposed: one.deposed_key }),
            attributes: one.values ?? {},
            sensitive_attributes: pathsIn(one.sensitive_values ?? false),
            dependencies: one.depends_on ?? [],
          },
        ],
      })),
    ),
  };
}

function modulesIn(module: Module): Module[] {
  return [module, ...(module.child_modules ?? []).flatMap(modulesIn)];
}

type Step = { type: "get_attr"; value: string } | { type: "index"; value: { value: number; type: "number" } };

/** Where `true` stands: that part is sensitive. */
function pathsIn(value: unknown): Step[][] {
  if (value === true) return [[]];
  if (Array.isArray(value))
    return value.flatMap((one, index) =>
      pathsIn(one).map((path): Step[] => [
        { type: "index", value: { value: index, type: "number" } },
        ...path,
      ]),
    );
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    pathsIn(one).map((path): Step[] => [{ type: "get_attr", value: key }, ...path]),
  );
}
