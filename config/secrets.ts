import * as pulumi from "@pulumi/pulumi";
import { generatedSecrets } from "./generated-secrets.ts";

/** Secrets that a person gives to the stack, since a vendor hands them out or they exist already, and what each is. */
export const givenSecrets = {
  slackWebhookUrl: "URL of the incoming webhook of the Slack app that posts alerts",
  logsToken: "token that the aggregator, or the collector in front of it, requires",
  loadTestPassword: "password of the load test's own user; only for staging",
  backupsAccessKeyId: "access key of the backup job for the store in `backups.s3`, if that is set",
  backupsSecretAccessKey:
    "its secret key; it does not need the right to delete objects or to change the bucket",
  backupsCopyKeys:
    'keys of the stores in `backups.copies`, if there are any: {"NAME": {"accessKeyId": "…", "secretAccessKey": "…"}}',
  evidenceSigningKey:
    "private key that signs backups, as `optropic evidence keygen` writes it, if `evidence.publicKeys` has any",
  databaseApplicationUrl:
    "connection string of the application, through the pooler, if `manage.database` is false",
  databaseMigrationUrl: "connection string of the migrations, if `manage.database` is false",
  databaseBackupUrl: "connection string of the backup job, if `manage.database` is false",
  pagerDutySentryKey: "integration key by which Sentry pages, if `manage.onCall` is false",
  pagerDutyGrafanaKey: "integration key by which Grafana pages, if `manage.onCall` is false",
  prometheusPassword: "password of `observability.grafana.prometheus`, if that is set",
  ...generatedSecrets,
} as const;

export type SecretName = keyof typeof givenSecrets;

/** What the offline preview has in place of a value that it cannot decrypt. */
const placeholder = "[secret]";

/**
 * Secrets that a person gives to the stack, each as a secret output: `pulumi config set --secret
 * optropic-secrets:slackWebhookUrl` asks for one and keeps it encrypted in Pulumi.<stack>.yaml. They have a
 * namespace of their own (the project's name and `-secrets`), so that a preview without the key can read
 * every setting.
 *
 * In a preview, a secret that is not set, or that cannot be decrypted, is unknown. An update needs all of
 * those asked for.
 *
 * @returns the secret of a name
 * @throws {pulumi.RunError} in an update, with each secret that is missing and the command that sets it
 */
export function loadSecrets<Name extends SecretName>(
  names: readonly Name[],
): (name: Name) => pulumi.Output<string> {
  const namespace = `${pulumi.getProject()}-secrets`;
  const config = new pulumi.Config(namespace);
  const preview = pulumi.runtime.isDryRun();
  const missing = names.filter((name) => (config.get(name) ?? "") === "");
  if (missing.length > 0 && !preview) throw new pulumi.RunError(missingText(missing, namespace));
  return (name) => {
    const value = config.get(name) ?? "";
    return preview && (value === "" || value === placeholder) ? unknownSecret() : pulumi.secret(value);
  };
}

function missingText(missing: readonly SecretName[], namespace: string): string {
  const stack = pulumi.getStack();
  return [
    `Secrets of stack '${stack}' are missing:`,
    ...missing.map((name) => `  ${namespace}:${name}: ${givenSecrets[name]}`),
    `Set each with pulumi config set --stack ${stack} --secret NAME, which asks for the value.`,
  ].join("\n");
}

function unknownSecret(): pulumi.Output<string> {
  return pulumi.secret(pulumi.output(pulumi.unknown).apply(String));
}
