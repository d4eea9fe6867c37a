import { type Finding, fault, policy, type Value, violation } from "./framework/index.ts";
import { isJudgedElsewhere } from "./model/facts.ts";

// What no provider checks and every API refuses, or takes for something else than was meant.

export const textsExact = policy({
  name: "texts-exact",
  items: ["2.1", "7.1"],
  scope: "any",
  title:
    "No name, address or other short text of a resource may have spaces around it, and none that names something may be blank.",
  severity: "medium",
  fix: "Remove the spaces, or write the name that is missing; often it is a variable that was not set.",
  phase: "resource",
  check: (stack) =>
    stack.all().flatMap((resource): Finding[] => {
      if (!resource.isDeclared || isJudgedElsewhere(resource.type)) return [];
      return wrongTexts(resource.at(), "", 0).map((value) =>
        violation(
          fault(
            value,
            value.string() === ""
              ? `${value.path.join(".")} of ${resource.name} is blank.`
              : `${value.path.join(".")} of ${resource.name} begins or ends with a space.`,
          ),
          resource,
        ),
      );
    }),
});

/** Deeper inputs, and documents inside a text, are for policies of their own. */
const maximumDepth = 12;

function wrongTexts(value: Value, key: string, depth: number): Value[] {
  if (value.isUnknown || depth > maximumDepth || forPeople.test(key)) return [];
  const text = value.string();
  if (text !== undefined) {
    const isBlank = text === "" && naming.has(key) && !mayBeBlank(value);
    return isBlank || (/^\s|\s$/.test(text) && !/[\n{[]/.test(text) && text.length <= 200) ? [value] : [];
  }
  const children: (readonly [string, Value])[] = [
    ...value.items().map((item) => [key, item] as const),
    ...value.entries().filter(([name]) => !name.startsWith("__")),
  ];
  return children.flatMap(([name, child]) => wrongTexts(child, name, depth + 1));
}

/** Properties that people read, and texts whose spaces mean something. */
const forPeople =
  /descri|comment|note|title|summary|message|subject|(?<!con)text|body|content|template|annotation|reason|greeting|label|prefix|suffix|separator|delimiter|legend|overrideSpecial|config|model|expr|query|script|password|secret|token|key$/i;

/** Properties that name something: without it nothing is named. */
const naming: ReadonlySet<string> = new Set([
  "name",
  "zoneId",
  "accountId",
  "projectId",
  "projectRef",
  "organizationId",
  "repository",
  "environment",
  "environmentId",
  "organization",
  "organizationName",
  "project",
  "stack",
  "team",
  "role",
  "grantRole",
  "database",
  "objectType",
  "bucketName",
  "domain",
  "hostname",
  "phase",
  "kind",
  "action",
  "expression",
  "settingId",
  "type",
  "secretName",
  "variableName",
  "region",
  "endpoint",
  "enforcement",
  "mode",
  "entityType",
  "serviceIds",
  "privileges",
  "targets",
  "scheduleCron",
  "schedule",
]);

/** The name of a record at the apex of a zone; an optional choice that the vendor makes. */
const mayBeBlank = ({ path, resource }: Value): boolean =>
  /dnsRecord|:Record$/i.test(resource.type) || path.length > 2 || path[0] === "environment";
