import { readFileSync } from "node:fs";

/** Reads a setting of the kernel, such as `kernel/unprivileged_userns_clone`; undefined where there is none. */
export type ReadSetting = (name: string) => string | undefined;

/**
 * What to do where bubblewrap could not make a sandbox.
 *
 * @param reason bubblewrap's own words
 */
export function adviceFor(reason: string, setting: ReadSetting = kernelSetting): string {
  if (/Unknown option/.test(reason)) return "It needs bubblewrap 0.8 or newer.";
  if (/Can't find source path/.test(reason))
    return "A file or folder that the project links to is not there.";
  return `${causeOf(reason, setting)} --isolate=permissions stops less and needs none of this.`;
}

function causeOf(reason: string, setting: ReadSetting): string {
  if (setting("kernel/apparmor_restrict_unprivileged_userns") === "1") {
    return "AppArmor does not let programs without a profile use user namespaces, as on Ubuntu 23.10 and newer: npm run bubblewrap gives bubblewrap its profile, and docs/security.md shows how to do it by hand.";
  }
  if (setting("kernel/unprivileged_userns_clone") === "0") {
    return "The kernel does not let users without privileges make namespaces: sysctl kernel.unprivileged_userns_clone=1.";
  }
  if (setting("user/max_user_namespaces") === "0") {
    return "The kernel allows no user namespaces: sysctl user.max_user_namespaces=10000.";
  }
  if (/mount proc|make \/ slave|pivot_root/i.test(reason)) {
    return "A container around it does not let it mount: docs/security.md names the options of Docker that do.";
  }
  return "It may lack namespaces for users without privileges: docs/security.md says how to allow them on Ubuntu and in a container.";
}

function kernelSetting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, "utf8").trim();
  } catch {
    return undefined;
  }
}
