import type { Input } from "@pulumi/pulumi";
import { type Finding, fault, judge, type Stack } from "../../framework/index.ts";
import { cloudflare } from "../../model/tokens.ts";
import { firstWrong, isOneOf, isThere } from "../../model/value-checks.ts";

interface Condition {
  type?: Input<string>;
}

export function judgeBucketRules(stack: Stack): Finding[] {
  return stack.ofType(cloudflare.r2Lifecycle, cloudflare.r2Lock).map((rules) =>
    judge(rules, () => {
      const name = rules.at("bucketName");
      const bucket = stack
        .ofType(cloudflare.r2Bucket)
        .find(
          (it) =>
            rules.dependenciesOf("bucketName").includes(it) ||
            (!name.isUnknown && !it.at("name").isUnknown && it.at("name").string() === name.string()),
        );
      if (bucket === undefined) return true;
      for (const [property, normal] of [
        ["accountId", undefined],
        ["jurisdiction", "default"],
      ] as const) {
        const [own, other] = [bucket.at(property), rules.at(property)];
        if (own.isUnknown || other.isUnknown) continue;
        if ((own.string() ?? normal) !== (other.string() ?? normal)) {
          return fault(
            other,
            `${rules.name} is for the ${property} ${other.string() ?? normal ?? "of nobody"}, and the bucket is in ${own.string() ?? normal ?? "none"}: it does not hold there.`,
          );
        }
      }
      const conditions = rules
        .at("rules")
        .items()
        .flatMap((rule) => [
          rule.at("condition").as<Condition>(),
          rule.at("deleteObjectsTransition", "condition").as<Condition>(),
        ])
        .filter((condition) => condition.exists);
      return firstWrong(
        conditions.flatMap((condition) => [
          isThere(condition.at("type"), `The type of a condition of ${rules.name}`),
          isOneOf(
            condition.at("type"),
            ["Age", "Date", "Indefinite"],
            `The type of a condition of ${rules.name}`,
          ),
        ]),
      );
    }),
  );
}
