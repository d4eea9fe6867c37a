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
  name: string;
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
 * Writes the imports of a plan as Pulumi's import file, each below the component that declares it. Whatever is
 * created, adopted, rotated or not decided is left out.
 *
 * @param declared all resources of the program, components and providers included
 */
export function importFileOf({ steps }: Plan, declared: readonly Declared[]): ImportFile {
  const byUrn = new Map(declared.map((resource) => [resource.urn, resource]));
  const file: ImportFile = { nameTable: {}, resources: [] };
  const components = new Set<string>();
  const addParents = ({ parent }: Declared): string | undefined => {
    const component = parent === undefined ? undefined : byUrn.get(parent);
    if (component === undefined || component.custom || component.type === "pulumi:pulumi:Stack")
      return undefined;
    if (!components.has(component.urn)) {
      const above = addParents(component);
      components.add(component.urn);
      file.resources.push({
        ...{ type: component.type, name: component.name },
        ...(above !== undefined && { parent: above }),
        component: true,
      });
    }
    return component.name;
  };
  for (const { declared: resource, action, id } of steps) {
    if (action !== "import" || id === undefined) continue;
    const parent = addParents(resource);
    const provider = explicitProvider(resource, declared);
    if (provider !== undefined) file.nameTable[provider.name] = provider.urn;
    file.resources.push({
      ...{ type: resource.type, name: resource.name, id },
      ...(parent !== undefined && { parent }),
      ...(provider !== undefined && { provider: provider.name }),
      ...packageOf(resource.type),
    });
  }
  return file;
}

/** The provider that the program configures itself, where it has one for the vendor. */
export function explicitProvider({ type }: Declared, declared: readonly Declared[]): Declared | undefined {
  return declared.find(
    (one) => one.type === `pulumi:providers:${vendorOf(type)}` && !/^default(?:_|$)/.test(one.name),
  );
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
