import {
  type AnyValue,
  type Fault,
  type Finding,
  fault,
  judge,
  type Stack,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import { isGiven, isOn } from "./given.ts";
import { isCalledProduction } from "./production-access.ts";
import { cloudflare, github, pagerWebhook, pulumiCloud, renderWebhook, vercel } from "./tokens.ts";

/** Judges whether each webhook reaches a verified server and can be told from a forged one. */
export function webhooks(stack: Stack): Finding[] {
  return [
    ...stack.ofType(...github.webhook).map((hook) =>
      judge(hook, (): Verdict => {
        const configuration = hook.at("configuration");
        const insecure = configuration.at("insecureSsl");
        if (!isOn(hook.at("active"))) return true;
        if (insecure.boolean() === true) {
          return fault(
            insecure,
            `${hook.name} sends events to whatever server answers: insecureSsl is true.`,
          );
        }
        return urlFault(configuration.at("url")) ?? secretFault(configuration.at("secret")) ?? true;
      }),
    ),
    ...stack.ofType(pulumiCloud.webhook).map((hook) =>
      judge(hook, (): Verdict => {
        const url = hook.at("payloadUrl");
        const format = hook.at("format").string() ?? "raw";
        if (!isOn(hook.at("active"))) return true;
        if (format === "pulumi_deployments") {
          return isCalledProduction(url.string() ?? "")
            ? fault(
                url,
                `${hook.name} deploys ${url.string()} when something else has happened, without approval.`,
              )
            : true;
        }
        // The address of a channel is its secret.
        const isSigned = format !== "raw" || tellsOnly(hook.at("filters"), hook.at("groups"));
        return urlFault(url) ?? (isSigned ? undefined : secretFault(hook.at("secret"))) ?? true;
      }),
    ),
    ...stack
      .ofType(cloudflare.notificationWebhooks)
      .map((hook) => judge(hook, () => urlFault(hook.at("url")) ?? true)),
    ...stack.ofType(pagerWebhook).map((hook) =>
      judge(hook, () => {
        const urls = hook
          .at("deliveryMethods")
          .items()
          .map((method) => urlFault(method.at("url")));
        return !isOn(hook.at("active")) || (urls.find((found) => found !== undefined) ?? true);
      }),
    ),
    ...stack.ofType(vercel.webhook).map((hook) => judge(hook, () => urlFault(hook.at("endpoint")) ?? true)),
    ...stack
      .ofType(renderWebhook)
      .map((hook) => judge(hook, () => !isOn(hook.at("enabled")) || (urlFault(hook.at("url")) ?? true))),
  ];
}

/** News of drift and of failures, by which nobody starts anything: a forged one costs a look. */
function tellsOnly(filters: Value<readonly unknown[] | undefined>, groups: AnyValue): boolean {
  const names = filters.strings();
  return !groups.exists && names.length > 0 && names.every((name) => /^drift_|_failed$/.test(name));
}

function urlFault(url: AnyValue): Fault | undefined {
  if (url.isUnknown) return undefined;
  const text = url.string() ?? "";
  return /^https:\/\/[^/\s]/i.test(text)
    ? undefined
    : fault(url, `${url.resource.name} sends events to a URL that is not https.`);
}

function secretFault(secret: AnyValue): Fault | undefined {
  return isGiven(secret) && (secret.isUnknown || secret.string() !== "")
    ? undefined
    : fault(
        secret,
        `${secret.resource.name} has no secret, so anybody can send its receiver a forged event.`,
      );
}
