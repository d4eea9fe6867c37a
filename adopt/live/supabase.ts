import type { Access } from "../../vendors/client.ts";
import { Supabase } from "../../vendors/supabase.ts";
import { forEachPart, type Reading, readOptional } from "./reading.ts";

export const supabaseAsked = ["supabase_project", "supabase_settings"];

export const supabaseTypes = supabaseAsked;

export async function readSupabase(reading: Reading, access: Access): Promise<void> {
  const api = new Supabase(access);
  const projects = await reading.read({ types: supabaseTypes, what: "projects" }, () => api.projects());
  await forEachPart(
    projects ?? [],
    async ({ ref, name, region, status, organizations }) => {
      // A project that is being removed is nobody's any more.
      if (status === "REMOVED" || status === "GOING_DOWN") return;
      const addons = await readOptional(() => api.addons(ref));
      const instance_size = addons && sizeIn(addons.selected_addons);
      reading.add({
        ...{ type: "supabase_project", name, id: ref },
        attributes: { name, region, organization_id: organizations[0], instance_size },
        withheld: [["database_password"], ...(instance_size === undefined ? [["instance_size"]] : [])],
      });
      await readSettings(reading, api, { ref, name });
    },
    (count) =>
      reading.leave({ types: supabaseTypes, what: `${count} more projects`, why: "there are too many" }),
  );
}

/** `small` of `ci_small`. */
function sizeIn(addons: readonly { readonly type: string; readonly variant: { readonly id: string } }[]) {
  const [size] = addons.filter(({ type }) => type === "compute_instance");
  return size && /^ci_(\w+)$/.exec(size.variant.id)?.[1];
}

/** Settings of a project, each part as the provider has it: a document of JSON. */
async function readSettings(
  reading: Reading,
  api: Supabase,
  { ref, name }: { ref: string; name: string },
): Promise<void> {
  const read = <Answer>(what: string, ask: () => Promise<Answer>): Promise<Answer | undefined> =>
    reading.read(
      { types: ["supabase_settings"], what: `${what} of ${name}`, attributes: { project_ref: ref } },
      ask,
    );
  const [ssl, networks, dataApi, auth, postgres] = await Promise.all([
    read("SSL enforcement", () => api.sslEnforcement(ref)),
    read("network restrictions", () => api.networkRestrictions(ref)),
    read("settings of the Data API", () => api.postgrest(ref)),
    read("settings of Auth", () => api.auth(ref)),
    read("settings of PostgreSQL", () => api.postgres(ref)),
  ]);
  const parts = [ssl, networks, dataApi, auth, postgres];
  // What could not be read is unknown of the settings, and not left out of them.
  if (parts.includes(undefined)) return;
  const { dbAllowedCidrs = [], dbAllowedCidrsV6 = [] } = networks?.config ?? {};
  const isRestricted = networks?.entitlement === "allowed" && networks.status === "applied";
  reading.add({
    ...{ type: "supabase_settings", name: `settings of ${name}`, id: ref },
    attributes: {
      project_ref: ref,
      ssl_enforcement: ssl?.appliedSuccessfully === true && ssl.currentConfig.database,
      network: JSON.stringify(isRestricted ? { restrictions: [...dbAllowedCidrs, ...dbAllowedCidrsV6] } : {}),
      api: JSON.stringify(harmless(dataApi)),
      auth: JSON.stringify(harmless(auth)),
      database: JSON.stringify(harmless(postgres)),
    },
  });
}

/** Settings without those that are secrets, or may hold one. */
function harmless(settings: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings ?? {}).filter(
      ([key, value]) =>
        typeof value !== "string" ||
        !/secret|pass(?!word_required)|key|token|hook|smtp_user|client_id|jwt/i.test(key),
    ),
  );
}
