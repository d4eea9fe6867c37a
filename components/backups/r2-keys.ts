import { createHash } from "node:crypto";
import { AccountToken } from "@pulumi/cloudflare/accountToken.js";
import { getAccountApiTokenPermissionGroupsListOutput } from "@pulumi/cloudflare/getAccountApiTokenPermissionGroupsList.js";
import type { R2Bucket } from "@pulumi/cloudflare/r2bucket.js";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";
import type { BackupsScope } from "./args.ts";
import type { StoreKeys } from "./store.ts";

export interface R2KeysArgs {
  /** Cloudflare account id. */
  account: string;
  jurisdiction: Settings["backups"]["jurisdiction"];
  /** Name of the bucket, known before the bucket exists. */
  bucketName: string;
  bucket: R2Bucket;
}

/** Reads, writes, and lists the objects of a bucket, and cannot change the bucket's rules. */
const permissionGroup = "Workers R2 Storage Bucket Item Write";
const permissionScope = "com.cloudflare.edge.r2.bucket";

/**
 * S3 keys for one bucket: the access key id is the id of an API token, the secret is the SHA-256 of its value.
 * Source: https://developers.cloudflare.com/r2/api/tokens/
 */
export function createR2Keys(scope: BackupsScope, args: R2KeysArgs): StoreKeys {
  const { account, jurisdiction, bucketName } = args;
  const token = new AccountToken(
    ...scope.child("token", {
      accountId: account,
      name: `${bucketName} writer`,
      policies: [
        {
          effect: "allow",
          permissionGroups: [{ id: writePermission(scope, args) }],
          resources: JSON.stringify({ [`${permissionScope}.${account}_${jurisdiction}_${bucketName}`]: "*" }),
        },
      ],
    }),
  );
  return {
    accessKeyId: token.id,
    secretAccessKey: pulumi.secret(token.value).apply(sha256),
  };
}

function writePermission({ options }: BackupsScope, args: R2KeysArgs): pulumi.Output<string> {
  return getAccountApiTokenPermissionGroupsListOutput(
    { accountId: args.account },
    // Asked once the bucket exists, so that a first preview needs nothing from the account.
    { ...options, dependsOn: [args.bucket] },
  ).apply(permissionGroupId(args.account));
}

/**
 * Takes the id of the permission to write a bucket's objects from those of an account.
 *
 * @throws {pulumi.RunError} when the account does not have it
 */
export const permissionGroupId =
  (account: string) =>
  ({ results }: { results: readonly { id: string; name: string; scopes: readonly string[] }[] }): string => {
    const group = results.find(
      ({ name, scopes }) => name === permissionGroup && scopes.includes(permissionScope),
    );
    if (group !== undefined) return group.id;
    throw new pulumi.RunError(
      `Cloudflare account ${account} has no permission group "${permissionGroup}". Enable R2 in the Cloudflare dashboard, then run the update again.`,
    );
  };

function sha256(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}
