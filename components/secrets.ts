import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";

export interface SecretsArgs {
  /** Characters of each secret. Default: 64, the least that items 2.4 and 2.5 accept. */
  length?: number;
  /** A word; another word generates every secret anew. Default: `1`. */
  rotation?: string;
  /** Whether Pulumi refuses to replace or delete the secrets. Default: true. */
  protect?: boolean;
}

/**
 * Every secret that the stack generates for itself, each a resource of its own: the two of the application
 * (items 2.4 and 2.5), the token of its metrics endpoint (item 5.4) and the password of each database role.
 * Each stack makes its own, so production and staging never share one (item 2.10).
 *
 * Nothing replaces a secret by accident: with `protect`, Pulumi refuses a change of the length, the name or
 * the rotation word in the preview, before anything is touched. Pulumi replaces a resource unless it is
 * protected both before and after the update (https://github.com/pulumi/pulumi/pull/8873), so a rotation is
 * one change of the settings, `rotation` to a new word and `protect` to false; the next change sets
 * `protect` back. A rotation of JWT_SECRET ends every session that it signed, and the first connections
 * through the pooler may be refused for some seconds, until it has read the new passwords.
 *
 * Secrets are letters and digits, 5.95 bits a character, since they go into connection URLs and shells.
 */
export class Secrets extends pulumi.ComponentResource {
  /** Signs the tokens of the application (item 2.4). Secret. */
  readonly jwtSecret: pulumi.Output<string>;
  /** Encrypts and signs what the application keeps at its clients (item 2.5). Secret. */
  readonly secretKey: pulumi.Output<string>;
  /** Bearer token of the metrics endpoint, which hosts check and the scraper sends (item 5.4). Secret. */
  readonly metricsToken: pulumi.Output<string>;
  /** Password of `postgres`, the owner of the database. Secret. */
  readonly ownerPassword: pulumi.Output<string>;
  /** Password of the role of the application. Secret. */
  readonly applicationPassword: pulumi.Output<string>;
  /** Password of the role of the migrations. Secret. */
  readonly migrationPassword: pulumi.Output<string>;
  /** Password of the role of the backups. Secret. */
  readonly backupPassword: pulumi.Output<string>;
  /** Password of the read-only role of the probes. Secret. */
  readonly probePassword: pulumi.Output<string>;

  constructor(name: string, args: SecretsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:Secrets", name, {}, opts);

    this.jwtSecret = generate(this, `${name}-jwt-secret`, args);
    this.secretKey = generate(this, `${name}-secret-key`, args);
    this.metricsToken = generate(this, `${name}-metrics-token`, args);
    this.ownerPassword = generate(this, `${name}-database-owner`, args);
    this.applicationPassword = generate(this, `${name}-database-application`, args);
    this.migrationPassword = generate(this, `${name}-database-migration`, args);
    this.backupPassword = generate(this, `${name}-database-backup`, args);
    this.probePassword = generate(this, `${name}-database-probe`, args);

    this.registerOutputs({
      jwtSecret: this.jwtSecret,
      secretKey: this.secretKey,
      metricsToken: this.metricsToken,
      ownerPassword: this.ownerPassword,
      applicationPassword: this.applicationPassword,
      migrationPassword: this.migrationPassword,
      backupPassword: this.backupPassword,
      probePassword: this.probePassword,
    });
  }
}

function generate(parent: Secrets, name: string, args: SecretsArgs): pulumi.Output<string> {
  const { length = 64, rotation = "1", protect = true } = args;
  const password = new RandomPassword(
    name,
    { length, special: false, keepers: { rotation } },
    { parent, protect },
  );
  return pulumi.secret(password.result);
}
