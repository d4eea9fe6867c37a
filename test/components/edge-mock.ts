import * as pulumi from "@pulumi/pulumi";
import { Edge, type EdgeArgs } from "../../components/edge.ts";
import { settingsSchema } from "../../config/settings.ts";

/** A child of the Edge as the engine was asked for it. */
export interface Declared {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: pulumi.CustomResourceOptions;
}

/** The production stack's edge, every default filled in. */
export const args: EdgeArgs = {
  accountId: "0123456789abcdef0123456789abcdef",
  domains: {
    zone: "optropic.example",
    web: "optropic.example",
    redirect: "www.optropic.example",
    api: "api.optropic.example",
  },
  edge: settingsSchema.shape.edge.parse({ corsOrigins: ["https://optropic.example"] }),
  loginPath: "/api/trpc/login",
  securityContact: "security@optropic.example",
  apiTarget: pulumi.output("optropic-api.onrender.com"),
};

/** Declares an Edge named `edge` against a mock engine and waits for every registration. */
export async function declare(edgeArgs: EdgeArgs): Promise<{ edge: Edge; declared: Map<string, Declared> }> {
  const declared = new Map<string, Declared>();
  const options = new Map<string, pulumi.CustomResourceOptions>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type !== "optropic:index:Edge")
          declared.set(name, { type, inputs, options: options.get(name) ?? {} });
        return { id: `${name}-id`, state: { ...inputs, ...computed(name) } };
      },
      call: ({ inputs }) => inputs,
    },
    "optropic",
    "test",
  );
  try {
    const edge = new Edge("edge", edgeArgs, {
      transformations: [
        ({ name, opts }) => {
          options.set(name, opts);
          return undefined;
        },
      ],
    });
    return { edge, declared };
  } finally {
    await pulumi.runtime.disconnect();
  }
}

function computed(name: string): Record<string, unknown> {
  if (name === "edge-zone") return { nameServers: ["ns1.edge.example", "ns2.edge.example"] };
  if (name === "edge-dnssec") return { ds: "optropic.example. 3600 IN DS 1 13 2 ab" };
  return {};
}

export function withEdge(changes: Partial<EdgeArgs["edge"]>): EdgeArgs {
  return { ...args, edge: { ...args.edge, ...changes } };
}

export function inputs(
  declared: ReadonlyMap<string, Declared>,
  name: string,
): Readonly<Record<string, unknown>> {
  const found = declared.get(name);
  if (found === undefined) throw new Error(`${name} is not declared`);
  return found.inputs;
}

export function zoneSettings(declared: ReadonlyMap<string, Declared>): Record<string, unknown> {
  return Object.fromEntries(
    [...declared.values()]
      .filter(({ type }) => type === "cloudflare:index/zoneSetting:ZoneSetting")
      .map(({ inputs }) => [inputs.settingId, inputs.value]),
  );
}

export interface DeclaredRule {
  readonly ref: string;
  readonly action: string;
  readonly expression: string;
  readonly actionParameters: Readonly<Record<string, unknown>>;
}

export function rules(declared: ReadonlyMap<string, Declared>, name: string): readonly DeclaredRule[] {
  const found = inputs(declared, name).rules;
  if (!Array.isArray(found)) throw new Error(`${name} has no rules`);
  return found;
}

export function headersOf(
  rule: DeclaredRule | undefined,
): Record<string, { operation: string; value?: string }> {
  return Object.assign({}, rule?.actionParameters.headers);
}

export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
