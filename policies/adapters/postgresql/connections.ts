import type { ProviderArgs } from "@pulumi/postgresql";
import {
  type AnyValue,
  fault,
  type ResourceOf,
  type Stack,
  unproved,
  type Verdict,
} from "../../framework/index.ts";
import type { Connection } from "../../model/adapter.ts";
import { postgresql } from "../../model/tokens.ts";
import { parseConnection, sslModeFault } from "../../values/connection-string.ts";

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

/** Another server that a database reads from: without a mode the library falls back to plain text. */
function judgeMode(at: AnyValue, host: string | undefined, mode: string | undefined): Verdict {
  const isLocal = host === undefined || /^(?:localhost|127\.|\/|$)/.test(host);
  const weakness = isLocal ? undefined : sslModeFault(mode ?? "prefer");
  return (
    weakness === undefined ||
    fault(
      at,
      `${at.resource.name} has ${mode === undefined ? "no sslmode" : weakness}, which allows a plaintext connection.`,
      "Set sslmode of the connection to require, verify-ca or verify-full.",
    )
  );
}

/** What the provider connects to, and what the database itself does. */
export const connections = (stack: Stack): Connection[] => [
  ...stack
    .ofType(postgresql.provider)
    .map((provider) => ({ resource: provider, isEncrypted: () => judgeProvider(provider) })),
  ...stack.ofType(postgresql.subscription).map((resource) => {
    const at = resource.at("conninfo");
    return {
      resource,
      isEncrypted: () => {
        const connection = parseConnection(at.string() ?? "");
        const { parameters } = connection ?? {};
        const mode = connection?.sslModes.at(-1);
        // What a service is, a file of the server says.
        return connection === undefined || (mode === undefined && parameters?.has("service") === true)
          ? unproved(
              at,
              `The conninfo of ${resource.name} does not say how it connects.`,
              "Write host=… and sslmode=verify-full in conninfo.",
            )
          : judgeMode(at, connection.host ?? parameters?.get("hostaddr"), mode);
      },
    };
  }),
  ...stack.ofType(postgresql.server).map((resource) => {
    const option = (name: string) =>
      resource
        .at("options")
        .entries()
        .find(([key]) => key === name)?.[1]
        .string();
    return {
      resource,
      isEncrypted: () =>
        resource.at("fdwName").string() !== "postgres_fdw" ||
        judgeMode(resource.at("options"), option("host") ?? option("hostaddr"), option("sslmode")),
    };
  }),
];
