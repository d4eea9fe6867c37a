import cloudflare from "@pulumi/cloudflare/package.json" with { type: "json" };
import github from "@pulumi/github/package.json" with { type: "json" };
import grafana from "@pulumi/grafana/package.json" with { type: "json" };
import minio from "@pulumi/minio/package.json" with { type: "json" };
import pagerduty from "@pulumi/pagerduty/package.json" with { type: "json" };
import postgresql from "@pulumi/postgresql/package.json" with { type: "json" };
import pulumiservice from "@pulumi/pulumiservice/package.json" with { type: "json" };
import vercel from "@pulumi/vercel/package.json" with { type: "json" };
import type { BridgedPackage } from "../sdks/bridged.ts";
import { render } from "../sdks/render/package.ts";
import { sentry } from "../sdks/sentry/package.ts";
import { supabase } from "../sdks/supabase/package.ts";
import type { Plan } from "./plan.ts";
import { type Declared, vendorOf } from "./resources.ts";

/** A resource of Pulumi's import file. */
export interface ImportSpec {
  type: string;
  /** By which the file itself refers to it. */
  name: string;
  /** The name that the program gives it, where that differs. */
  logicalName?: string;
  id?: string;
  parent?: string;
  provider?: string;
  version?: string;
  pluginDownloadUrl?: string;
  component?: true;
  parameterization?: { pluginName: string; pluginVersion: string; value: string };
}

/** What `pulumi import --file` reads (https://www.pulumi.com/docs/iac/guides/migration/import/). */
export interface ImportFile {
  nameTable: Record<string, string>;
  resources: ImportSpec[];
}

/**
 * Writes the imports of a plan as Pulumi's import file, each below what the program declares it below, since that is
 * part of its URN. Whatever is created, adopted, rotated or not decided is left out, and with it what stands below a
 * resource that is: it is imported the next time.
 *
 * @param declared all resources of the program, components and providers included
 */
export function importFileOf({ steps }: Plan, declared: readonly Declared[]): ImportFile {
  return new Writer(steps, declared).file;
}

class Writer {
  readonly file: ImportFile = { nameTable: {}, resources: [] };
  readonly #declared: readonly Declared[];
  readonly #byUrn: ReadonlyMap<string, Declared>;
  readonly #steps: ReadonlyMap<string, Plan["steps"][number]>;
  /** What each is called in the file, by URN; undefined for what it does not have. */
  readonly #names = new Map<string, string | undefined>();
  readonly #taken = new Set<string>();

  constructor(steps: Plan["steps"], declared: readonly Declared[]) {
    this.#declared = declared;
    this.#byUrn = new Map(declared.map((resource) => [resource.urn, resource]));
    this.#steps = new Map(steps.map((step) => [step.declared.urn, step]));
    for (const step of steps) if (step.action === "import") this.#nameOf(step.declared);
  }

  /** Adds it to the file, and before it what it stands below. */
  #nameOf(resource: Declared): string | undefined {
    if (this.#names.has(resource.urn)) return this.#names.get(resource.urn);
    this.#names.set(resource.urn, undefined);
    const name = this.#add(resource);
    this.#names.set(resource.urn, name);
    return name;
  }

  #add(resource: Declared): string | undefined {
    const step = this.#steps.get(resource.urn);
    if (resource.custom && step?.action === "managed") return this.#refer(resource);
    if (resource.custom && (step?.action !== "import" || step.id === undefined)) return undefined;
    const parent = this.#parentOf(resource);
    const above = parent && this.#nameOf(parent);
    if (parent !== undefined && above === undefined) return undefined;
    const provider = resource.custom ? explicitProvider(resource, this.#declared) : undefined;
    const name = this.#take(resource.name);
    this.file.resources.push({
      ...{ type: resource.type, name },
      ...(name !== resource.name && { logicalName: resource.name }),
      ...(step?.id !== undefined && { id: step.id }),
      ...(above !== undefined && { parent: above }),
      ...(provider !== undefined && { provider: this.#refer(provider) }),
      ...(resource.custom ? packageOf(resource.type) : { component: true as const }),
    });
    return name;
  }

  /** What the state has already. */
  #refer({ name, urn }: Declared): string {
    const known = this.#names.get(urn);
    if (known !== undefined) return known;
    const taken = this.#take(name);
    this.#names.set(urn, taken);
    this.file.nameTable[taken] = urn;
    return taken;
  }

  #parentOf({ parent }: Declared): Declared | undefined {
    const above = parent === undefined ? undefined : this.#byUrn.get(parent);
    return above?.type === "pulumi:pulumi:Stack" ? undefined : above;
  }

  /** A name that nothing in the file has: a parent or a provider of which there are two would be ambiguous. */
  #take(name: string): string {
    let free = name;
    for (let count = 2; this.#taken.has(free); count += 1) free = `${name} ${count}`;
    this.#taken.add(free);
    return free;
  }
}

/**
 * The provider that the program configures itself, where it has one for the resource. Imported by another one, the
 * update would make it anew.
 */
export function explicitProvider(
  { type, provider }: Declared,
  declared: readonly Declared[],
): Declared | undefined {
  const isIts = ({ urn, type: other }: Declared): boolean =>
    provider === undefined ? other === `pulumi:providers:${vendorOf(type)}` : urn === provider;
  return declared.find((one) => isIts(one) && !/^default(?:_|$)/.test(one.name));
}

const packages: Readonly<Record<string, { version: string; server?: string }>> = {
  cloudflare: cloudflare.pulumi,
  github: github.pulumi,
  grafana: grafana.pulumi,
  minio: minio.pulumi,
  pagerduty: { version: pagerduty.version },
  postgresql: postgresql.pulumi,
  pulumiservice: pulumiservice.pulumi,
  vercel: vercel.pulumi,
};

const bridged: Readonly<Record<string, BridgedPackage>> = { render, sentry, supabase };

/** The version and the place of a type's provider, or the Terraform provider that Pulumi bridges for it. */
function packageOf(type: string): Pick<ImportSpec, "version" | "pluginDownloadUrl" | "parameterization"> {
  const vendor = vendorOf(type);
  const dynamic = bridged[vendor];
  if (dynamic !== undefined) {
    const { url, version } = dynamic;
    const value = Buffer.from(JSON.stringify({ remote: { url, version } })).toString("base64");
    return { version, parameterization: { pluginName: "terraform-provider", pluginVersion: "1.1.0", value } };
  }
  const plain = packages[vendor];
  if (plain === undefined) return {};
  return { version: plain.version, ...(plain.server !== undefined && { pluginDownloadUrl: plain.server }) };
}
