import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { loadSecrets } from "../../config/secrets.ts";

const noResources: pulumi.runtime.Mocks = {
  newResource: () => ({ id: "", state: {} }),
  call: () => ({}),
};

async function stackWith(config: Record<string, string>, { preview }: { preview: boolean }): Promise<void> {
  await pulumi.runtime.setMocks(noResources, "optropic", "production", preview);
  pulumi.runtime.setAllConfig(config, Object.keys(config));
}

async function contents(
  output: pulumi.Output<string>,
): Promise<{ known: boolean; secret: boolean; value: unknown }> {
  const secret = await pulumi.isSecret(output);
  let value: unknown;
  const seen = output.apply((text) => {
    value = text;
    return text;
  });
  await pulumi.isSecret(seen);
  return { known: value !== undefined, secret, value };
}

describe("a secret that a person gives", () => {
  it("is a secret output in an update", async () => {
    await stackWith({ "optropic-secrets:logsToken": "t0ken" }, { preview: false });
    expect(await contents(loadSecrets(["logsToken"])("logsToken"))).toEqual({
      known: true,
      secret: true,
      value: "t0ken",
    });
  });

  it("is known to a preview that can decrypt it, so that nothing seems to change", async () => {
    await stackWith({ "optropic-secrets:logsToken": "t0ken" }, { preview: true });
    expect(await contents(loadSecrets(["logsToken"])("logsToken"))).toMatchObject({ value: "t0ken" });
  });

  it.each([
    ["not set", {}],
    ["not decrypted", { "optropic-secrets:logsToken": "[secret]" }],
  ])("is an unknown secret in a preview where it is %s", async (_, config) => {
    await stackWith(config, { preview: true });
    expect(await contents(loadSecrets(["logsToken"])("logsToken"))).toEqual({
      known: false,
      secret: true,
      value: undefined,
    });
  });

  it("is refused in an update where it is missing, with what sets it, all at once", async () => {
    await stackWith({ "optropic-secrets:logsToken": "t0ken" }, { preview: false });
    const load = () => loadSecrets(["slackWebhookUrl", "logsToken", "loadTestPassword"]);
    expect(load).toThrow(pulumi.RunError);
    expect(load).toThrow(/optropic-secrets:slackWebhookUrl: .*\n +optropic-secrets:loadTestPassword: /);
    expect(load).toThrow(/pulumi config set --stack production --secret/);
    expect(load).not.toThrow(/logsToken|t0ken/);
  });
});
