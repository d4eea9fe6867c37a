import type { ProviderArgs } from "@pulumi/postgresql";
import { fault, type ResourceOf, type Stack, type Verdict } from "../../framework/index.ts";
import type { Connection } from "../../model/adapter.ts";
import { postgresql } from "../../model/tokens.ts";
import { sslModeFault } from "../../values/connection-string.ts";

/** The schemes of AWS and Google connect by their own means, always by TLS, and send no sslmode. */
function judgeProvider(provider: ResourceOf<ProviderArgs>): Verdict {
  const scheme = provider.at("scheme").string() ?? "postgres";
  if (scheme !== "postgres") {
    return true;
  }
  const mode = provider.at("sslmode").string() ?? provider.at("sslMode").string();
  if (mode === undefined) {
    return fault(
      provider.at("sslmode"),
      "The provider has no sslmode, so PGSSLMODE in the environment decides.",
    );
  }
  const weakness = sslModeFault(mode);
  return (
    weakness === undefined ||
    fault(provider.at("sslmode"), `The provider has ${weakness}, which allows a plaintext connection.`)
  );
}

/** What the provider connects to. */
export const connections = (stack: Stack): Connection[] =>
  stack
    .ofType(postgresql.provider)
    .map((provider) => ({ resource: provider, isEncrypted: () => judgeProvider(provider) }));
