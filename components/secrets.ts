import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { Component } from "./component.ts";
import { Scope } from "./scope.ts";
import type { SecretsArgs, SecretsChildren } from "./secrets/args.ts";

export type { SecretsArgs } from "./secrets/args.ts";

/**
 * Every secret that the stack generates, each as a resource of its own: the two of the application (items 2.4
 * and 2.5), the token of its metrics endpoint (item 5.4), and the password of each database role. Each stack
 * generates its own, so production and staging never share one (item 2.10).
 *
 * No accident replaces a secret: with `protect`, Pulumi refuses a change of the length, the name, or the
 * rotation word in the preview, before it touches anything. Pulumi replaces a resource unless it is protected
 * both before and after the update (https://github.com/pulumi/pulumi/pull/8873), so a rotation is one change of
 * the settings: `rotation` to a new word and `protect` to false. The next change restores `protect`. Rotating
 * JWT_SECRET ends every session that it signed, and the pooler may refuse the first connections for some
 * seconds, until it has read the new passwords.
 *
 * A secret that is in use already is given and not generated: it has no resource, and how long
 * and how random it is was up to whoever made it.
 *
 * Secrets consist of letters and digits, 5.95 bits per character, since they go into connection URLs and shells.
 */
export class Secrets extends Component {
  /** Signs the tokens of the application (item 2.4). Secret. */
  readonly jwtSecret: pulumi.Output<string>;
  /** Encrypts and signs what the application stores at its clients (item 2.5). Secret. */
  readonly secretKey: pulumi.Output<string>;
  /** Bearer token of the metrics endpoint: hosts check it, and the scraper sends it (item 5.4). Secret. */
  readonly metricsToken: pulumi.Output<string>;
  /** Password of `postgres`, the owner of the database. Secret. */
  readonly ownerPassword: pulumi.Output<string>;
  /** Password of the application's role. Secret. */
  readonly applicationPassword: pulumi.Output<string>;
  /** Password of the migrations' role. Secret. */
  readonly migrationPassword: pulumi.Output<string>;
  /** Password of the backups' role. Secret. */
  readonly backupPassword: pulumi.Output<string>;
  /** Password of the probes' read-only role. Secret. */
  readonly probePassword: pulumi.Output<string>;

  constructor(name: string, args: SecretsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("Secrets", name, opts);
    const scope = new Scope(name, { parent: this }, args);
    const generate = (key: keyof SecretsChildren) => args.given?.[key] ?? generateSecret(scope, key, args);

    this.jwtSecret = generate("jwtSecret");
    this.secretKey = generate("secretKey");
    this.metricsToken = generate("metricsToken");
    this.ownerPassword = generate("databaseOwner");
    this.applicationPassword = generate("databaseApplication");
    this.migrationPassword = generate("databaseMigration");
    this.backupPassword = generate("databaseBackup");
    this.probePassword = generate("databaseProbe");
    this.publish(scope);
  }
}

function generateSecret(
  scope: Scope<SecretsChildren>,
  key: keyof SecretsChildren,
  { length = 64, rotation = "1", protect = true }: SecretsArgs,
): pulumi.Output<string> {
  const password = new RandomPassword(
    ...scope.child(key, { length, special: false, keepers: { rotation } }, { protect }),
  );
  return pulumi.secret(password.result);
}
