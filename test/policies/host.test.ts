import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getItem } from "../../checklist/items.ts";
import { registry } from "../../policies/registry.ts";
import { secret, unknown, violated, without, withProps } from "./fixture.ts";
import { Host, type HostOptions, type Said } from "./host.ts";
import { firstOfEach, together } from "./mutants.ts";
import { alertMutants } from "./mutants-alerts.ts";
import { deliveryMutants } from "./mutants-delivery.ts";
import { environmentMutants, givenSecret } from "./mutants-environment.ts";
import { errorTrackingMutants } from "./mutants-error-tracking.ts";
import { contactMutants, monitoringMutants } from "./mutants-monitoring.ts";
import { notificationMutants, onCallMutants } from "./mutants-notifications.ts";
import { platformMutants } from "./mutants-platform.ts";
import { passingStack } from "./passing-stack.ts";

const started: Host[] = [];

async function start(options?: HostOptions): Promise<Host> {
  const host = await Host.start(options);
  started.push(host);
  return host;
}

/** One for the tests that need no configuration of their own: a start takes the better part of a second. */
let shared: Host;

/** What it says of exported states, a whole and a broken one, which it is asked first, when it has seen no inputs. */
const exported: Said[][] = [];

beforeAll(async () => {
  shared = await start({ config: { "optropic:session": givenSecret } });
  const broken = withProps(without(passingStack(), "web-NODE_ENV"), "edge-redirect", { proxied: false });
  for (const stack of [passingStack(), broken]) exported.push(await shared.judge(stack));
});

afterAll(async () => {
  await Promise.all(started.map((host) => host.stop()));
});

const cannotRun =
  /^can't run policy '([a-z-]+)' from policy pack 'optropic-checklist@v[\d.]+' during preview: /;

/** Policies that are violated, each once; one that cannot run yet is not. */
function objecting(said: readonly Said[]): string[] {
  const names = new Set(said.filter(({ message }) => !cannotRun.test(message)).map(({ policy }) => policy));
  return registry.map(({ name }) => name).filter((name) => names.has(name));
}

function undecided(said: readonly Said[]): string[] {
  return said.filter(({ message }) => cannotRun.test(message)).map(({ policy }) => policy);
}

describe("the pack in Pulumi's policy host", () => {
  test("announces every policy with its items, severity, fix and thresholds", async () => {
    const info = await shared.info();
    expect(info.getName()).toBe("optropic-checklist");
    expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    const severities = ["unspecified", "low", "medium", "high", "critical"];
    expect(
      info.getPoliciesList().map((policy) => ({
        name: policy.getName(),
        title: policy.getDescription(),
        fix: policy.getRemediationSteps(),
        severity: severities[policy.getSeverity()],
        items: policy.getTagsList(),
        reference: policy.getFramework()?.getReference() ?? "",
        specification: policy.getFramework()?.getSpecification() ?? "",
        thresholds: policy.getConfigschema()?.getProperties()?.toJavaScript(),
        url: policy.getUrl(),
      })),
    ).toEqual(
      registry.map((policy) => ({
        name: policy.name,
        title: policy.title,
        fix: policy.fix,
        severity: policy.severity,
        items: [...policy.items],
        reference: policy.items.join(","),
        specification: policy.items.map((id) => getItem(id).text).join("; "),
        thresholds: Object.fromEntries(
          Object.entries(policy.thresholds).map(([name, threshold]) => [
            name,
            { type: "integer", ...threshold },
          ]),
        ),
        url: policy.url ?? "",
      })),
    );
  });

  test("says of each stack what the policies say of it in this process", async () => {
    const passing = await shared.preview(passingStack());
    expect(objecting(passing)).toEqual([]);
    expect(passing.every(({ level }) => level === "advisory")).toBe(true);
    const mutants = [
      ...environmentMutants,
      ...platformMutants,
      ...errorTrackingMutants,
      ...alertMutants,
      ...notificationMutants,
      ...onCallMutants,
      ...monitoringMutants,
      ...contactMutants,
      ...deliveryMutants,
    ];
    for (const stack of together(firstOfEach(mutants), passingStack())) {
      expect(objecting(await shared.preview(stack))).toEqual(violated(stack));
    }
    expect(objecting(await shared.preview([]))).toEqual(violated([]));
  });

  test("shows what a preview cannot tell as advisory, and never as a violation", async () => {
    const stack = withProps(passingStack(), "secrets-jwt-secret", { length: unknown });
    const said = await shared.preview(stack);
    expect(objecting(said)).toEqual([]);
    expect(undecided(said)).toContain("jwt-secret-length");
    expect(said.find(({ policy }) => policy === "jwt-secret-length")?.message).toContain(
      "value at .length can't be known",
    );
    // Another host's short secret is a violation all the same.
    const short = withProps(
      withProps(stack, "web-JWT_SECRET", { value: secret("x") }),
      "secrets-jwt-secret",
      {
        length: unknown,
      },
    );
    expect(objecting(await shared.preview(short))).toContain("jwt-secret-length");
  });

  test("makes advisory what is waived, and what staging does not need", async () => {
    const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const waivers = JSON.stringify([
      {
        policy: "render-health-check",
        resource: "api-service",
        reason: "The path is being renamed.",
        approvedBy: "devops@optropic.example",
        until,
      },
    ]);
    const stack = withProps(passingStack(), "api-service", { healthCheckPath: "", autoscaling: undefined });
    // A stack that is called production is production, whatever its stage says.
    const host = await start({
      config: { "optropic:stage": "staging", "optropic:waivers": waivers },
      env: { PULUMI_NODEJS_STACK: "staging" },
    });
    const said = await host.preview(stack);
    expect(objecting(said)).toEqual(["render-health-check", "render-autoscaling"]);
    expect(said.map(({ level }) => level)).not.toContain("mandatory");
    expect(said.find(({ policy }) => policy === "render-health-check")?.message).toContain(
      `\n  Waived until: ${until}\n  Approved by: devops@optropic.example\n  Waived because: The path is being renamed.`,
    );
  });

  test("is strict where the stack says no stage, refuses a waiver that has ended, and takes thresholds", async () => {
    const ended = [{ policy: "base-url", resource: "*", reason: "r", approvedBy: "a", until: "2020-01-01" }];
    const host = await start({
      config: { "optropic:waivers": JSON.stringify(ended) },
      policyConfig: { "jwt-secret-length": { minimumLength: 65 } },
    });
    const said = await host.preview(withProps(passingStack(), "api-service", { autoscaling: undefined }));
    expect(new Set(said.filter(({ level }) => level === "mandatory").map(({ policy }) => policy))).toEqual(
      new Set(["jwt-secret-length", "render-autoscaling", "waivers-valid"]),
    );
  });

  test("judges an exported state, which has outputs only", async () => {
    expect(exported.map(objecting)).toEqual([[], ["required-variables", "cdn-enabled"]]);
  });

  test("shows no secret, whatever is wrong with it", async () => {
    const canary = "c4nary-c4nary-c4nary";
    const names = ["DATABASE_URL", "DIRECT_URL", "JWT_SECRET", "SECRET_KEY", "NODE_ENV", "BASE_URL"];
    const values = [
      canary,
      `postgresql://app:${canary}@db.example.com:6543/x`,
      `http://${canary}:${canary}@x.example`,
    ];
    for (const value of values) {
      const stack = names.reduce(
        (rest, name) => withProps(rest, `web-${name}`, { value: secret(value) }),
        passingStack(),
      );
      const said = await shared.preview(
        withProps(stack, "database-project", { databasePassword: secret(value) }),
      );
      expect(objecting(said)).toContain("no-literal-secrets");
      expect(JSON.stringify(said)).not.toContain(canary);
    }
  });
});
