import { describe, expect, it } from "vitest";
import { adviceFor, type ReadSetting } from "../../../preview/isolation/advice.ts";

const kernel =
  (settings: Record<string, string>): ReadSetting =>
  (name) =>
    settings[name];

describe("where bubblewrap makes no sandbox, the advice", () => {
  // The words of bubblewrap 0.9 on Ubuntu 24.04, in Docker and on a hardened Debian.
  it.each([
    [
      "setting up uid map: Permission denied",
      { "kernel/apparmor_restrict_unprivileged_userns": "1" },
      /AppArmor .* npm run bubblewrap/,
    ],
    [
      "loopback: Failed RTM_NEWADDR: Operation not permitted",
      { "kernel/apparmor_restrict_unprivileged_userns": "1" },
      /AppArmor .* docs\/security\.md/,
    ],
    [
      "No permissions to create a new namespace, likely because the kernel does not allow non-privileged user namespaces.",
      { "kernel/apparmor_restrict_unprivileged_userns": "0", "kernel/unprivileged_userns_clone": "0" },
      /sysctl kernel\.unprivileged_userns_clone=1/,
    ],
    [
      "Creating new namespace failed: No space left on device",
      { "user/max_user_namespaces": "0" },
      /sysctl user\.max_user_namespaces/,
    ],
    ["Can't mount proc on /newroot/proc: Operation not permitted", {}, /container .* Docker/],
    ["Unknown option --disable-userns", {}, /bubblewrap 0\.8/],
    ["Can't find source path /nowhere: No such file or directory", {}, /links to is not there/],
    ["something new", {}, /docs\/security\.md/],
  ])("says what to do: %s", (reason, settings, advice) => {
    expect(adviceFor(reason, kernel(settings))).toMatch(advice);
  });
});
