import { fault, type Stack, unproved, type Value, type Verdict } from "../../framework/index.ts";
import type { Connection } from "../../model/adapter.ts";
import type { SourceOptions } from "../../model/grafana-documents.ts";
import { grafanaSources } from "../../model/tokens.ts";
import { parseConnection, plaintextFault, sslModeFault } from "../../values/connection-string.ts";

/** How data sources connect: https://grafana.com/docs/grafana/latest/datasources/postgres/configure/ */
export const connections = (stack: Stack): Connection[] => [
  ...stack.ofType(grafanaSources.dataSource).map((resource) => ({
    resource,
    isEncrypted: (): Verdict => {
      const options = resource.at("jsonDataEncoded");
      const url = resource.at("url");
      const ofUrl = url.isUnknown ? undefined : parseConnection(url.string() ?? "");
      const inUrl = ofUrl !== undefined && ofUrl.sslModes.length > 0 ? plaintextFault(ofUrl) : undefined;
      if (inUrl !== undefined)
        return fault(url, `${resource.name} has ${inUrl}, which allows a plaintext connection.`);
      const weak = options.exists ? weakness(options, resource.name) : undefined;
      if (weak !== undefined) return weak;
      const says =
        (ofUrl?.sslModes.length ?? 0) > 0 ||
        (options.exists && options.json<SourceOptions>().at("sslmode").exists) ||
        // A resource of its own may say it.
        stack.ofType(grafanaSources.dataSourceConfig).length > 0;
      return (
        says ||
        !/postgres/i.test(resource.at("type").string() ?? "") ||
        unproved(
          options,
          `The data source ${resource.name} has no sslmode, so it does not say how it connects to the database.`,
          "Set sslmode in jsonDataEncoded to require, verify-ca or verify-full.",
        )
      );
    },
  })),
  ...stack.ofType(grafanaSources.dataSourceConfig).map((resource) => ({
    resource,
    isEncrypted: (): Verdict => {
      const options = resource.at("jsonDataEncoded");
      return !options.exists || (weakness(options, resource.name) ?? true);
    },
  })),
];

/** Settings of the data sources of Grafana's own and of its plugins by which they do without TLS or verification. */
function weakness(options: Value<string>, name: string) {
  const set = (key: keyof SourceOptions) => {
    const value = options.json<SourceOptions>().at(key);
    return value.exists && !value.isUnknown ? (value.string() ?? value.boolean()) : undefined;
  };
  const mode = set("sslmode") ?? set("sslMode");
  const wrong = typeof mode === "string" ? sslModeFault(mode) : undefined;
  const switched = switches.find(([key, values]) => values.includes(String(set(key)).toLowerCase()))?.[0];
  const found = wrong ?? (switched === undefined ? undefined : `${switched}: ${set(switched)}`);
  return found === undefined
    ? undefined
    : fault(
        options,
        `The data source ${name} has ${found}, so it connects without TLS, or without verifying the certificate.`,
        "Set sslmode to require, verify-ca or verify-full, and verify certificates; give Grafana the vendor's certificate as tlsCACert.",
      );
}

/** Microsoft's server encrypts the sign-in alone where `encrypt` is "false"; `secure` is of ClickHouse. */
const switches: readonly (readonly [key: keyof SourceOptions, values: readonly string[]])[] = [
  ["tlsSkipVerify", ["true"]],
  ["insecureSkipVerify", ["true"]],
  ["encrypt", ["disable", "false"]],
  ["secure", ["false"]],
];
