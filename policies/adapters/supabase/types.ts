import type * as other from "../../model/other-args.ts";
import { doubt, type ResourceTypes, typeOf } from "../../model/resource-type.ts";
import { supabase } from "../../model/tokens.ts";

/** Types of Supabase's provider up to version 1.10. */
export const resourceTypes: ResourceTypes = {
  vendor: "Supabase",
  judged: Object.values(supabase),
  harmless: [["is a copy of the database for previews", ["Branch"]]],
  doubtful: [
    { name: "Apikey", may: "may pass every row-level policy" },
    doubt(
      typeOf<other.SupabaseEdgeFunctionArgs>("supabase:index/edgeFunction:EdgeFunction"),
      "runs code that is not of the repository, or for whoever asks, with the keys of the database",
      (it) =>
        isInRepository(it.at("entrypoint").string()) &&
        isInRepository(it.at("importMap").string() ?? "deno.json") &&
        it.at("verifyJwt").boolean() !== false &&
        !it
          .at("staticFiles")
          .strings()
          .some((file) => !isInRepository(file) || /(?:^|\/)\.(?:env|git|npmrc)|\*\*\/?(?:\*|$)/.test(file)),
    ),
    doubt(
      typeOf<other.SupabaseEdgeFunctionSecretsArgs>("supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets"),
      "gives a connection to the database to code beside the application",
      (it) =>
        it
          .at("secrets")
          .items()
          .every(
            (secret) =>
              !/(?:DATABASE|DIRECT|POSTGRES|PG|DB)\w*(?:URL|URI|DSN)|^PG/i.test(
                secret.at("name").string() ?? "",
              ),
          ),
    ),
  ],
};

/** A path below the folder of the program, as code of the repository has; no address and nothing above it. */
const isInRepository = (path: string | undefined): boolean =>
  path !== undefined && /^(?:\.\/)?[\w*-][\w.*/-]*$/.test(path) && !/(?:^|\/)\.\.(?:\/|$)/.test(path);
