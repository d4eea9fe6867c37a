import type * as grafanaTypes from "@pulumi/grafana";
import { type AnyValue, type Stack, undecided, type Value } from "../framework/index.ts";
import { parseMath } from "../values/promql.ts";
import { comparisonOperators, type Expr } from "../values/promql-ast.ts";
import { type Alternative, alternativesOf, both, compared, truthy } from "../values/promql-conditions.ts";
import type { Evaluator, QueryModel } from "./grafana-documents.ts";
import { readQuery } from "./recordings.ts";

/**
 * The ways in which a rule of Grafana fires: its condition, followed from one query or expression to the
 * next down to PromQL. Throws UnknownRead where a part is unknown or in a language that the pack does not read.
 *
 * Source: Grafana, Alerting, Queries and conditions; the expression models are those of Grafana 9 to 13.
 */
export function firingConditions(stack: Stack, rule: Value<RuleGroupRule>): Alternative[] {
  const condition = rule.at("condition").string();
  return condition === undefined ? [] : truthy(new Rule(stack, rule).node(condition));
}

type RuleGroupRule = grafanaTypes.types.input.alerting.RuleGroupRule;
type Data = grafanaTypes.types.input.alerting.RuleGroupRuleData;

/** Depth to which expressions may refer to each other; a circle goes deeper. */
const deepest = 20;

class Rule {
  readonly #stack: Stack;
  readonly #entries: ReadonlyMap<string | undefined, Value<Data>>;

  constructor(stack: Stack, rule: Value<RuleGroupRule>) {
    this.#stack = stack;
    this.#entries = new Map(
      rule
        .at("datas")
        .items()
        .map((entry) => [entry.at("refId").string(), entry]),
    );
  }

  /** What a query or expression of the rule gives. */
  node(refId: string, depth = 0): Alternative[] {
    const entry = this.#entries.get(refId);
    if (entry === undefined || depth > deepest) {
      return [];
    }
    const text = entry.at("model");
    const model = text.json<QueryModel>();
    const query = model.at("expr").string();
    if (query !== undefined) {
      const source = entry.at("datasourceUid").string();
      return alternativesOf(readQuery(this.#stack, query, source) ?? undecided(text));
    }
    const input = () => this.node(model.at("expression").string()?.replace("$", "") ?? "", depth + 1);
    switch (model.at("type").string()) {
      case "reduce":
      case "resample":
        return input();
      case "threshold":
        return evaluated(input(), model.at("conditions", "0", "evaluator"));
      case "classic_conditions":
        return this.#classic(model, depth);
      case "math":
        return this.#math(model.at("expression").string() ?? "", text, depth);
      default:
        return undecided(text);
    }
  }

  /** Conditions are joined from the first to the last; no operator binds tighter than another. */
  #classic(model: Value<QueryModel>, depth: number): Alternative[] {
    let joined: Alternative[] | undefined;
    for (const condition of model.at("conditions").items()) {
      const refId = condition.at("query", "params", "0").string() ?? "";
      const met = evaluated(this.node(refId, depth + 1), condition.at("evaluator"));
      if (joined === undefined) {
        joined = met;
      } else {
        joined = condition.at("operator", "type").string() === "or" ? [...joined, ...met] : both(joined, met);
      }
    }
    return asTrue(joined ?? []);
  }

  #math(expression: string, text: AnyValue, depth: number): Alternative[] {
    return this.#mathNode(parseMath(expression) ?? undecided(text), depth);
  }

  #mathNode(expr: Expr, depth: number): Alternative[] {
    switch (expr.kind) {
      case "reference":
        return this.node(expr.name, depth + 1);
      case "binary": {
        const left = this.#mathNode(expr.left, depth);
        const right = this.#mathNode(expr.right, depth);
        if (expr.operator === "or") {
          return asTrue([...truthy(left), ...truthy(right)]);
        }
        if (expr.operator === "and") {
          return asTrue(both(truthy(left), truthy(right)));
        }
        return left.flatMap((one) =>
          right.flatMap((other) => {
            const value: Expr = { ...expr, left: one.value, right: other.value };
            return both([{ value, atoms: one.atoms }], [other]);
          }),
        );
      }
      case "negation":
        return this.#mathNode(expr.operand, depth).map(({ value, atoms }) => ({
          value: { kind: "negation", operand: value },
          atoms,
        }));
      case "call":
        return this.#mathCall(expr.name, expr.args, depth);
      default:
        return alternativesOf(expr);
    }
  }

  #mathCall(name: string, [argument]: readonly Expr[], depth: number): Alternative[] {
    const given = argument === undefined ? [] : this.#mathNode(argument, depth);
    // A series that is there has a number; whether it is NaN cannot be told.
    if (name === "is_number") {
      return asTrue(given);
    }
    return ["abs", "round", "ceil", "floor"].includes(name) ? given : [];
  }
}

/** A condition that is met gives 1. */
function asTrue(alternatives: readonly Alternative[]): Alternative[] {
  return alternatives.map(({ atoms }) => ({ value: { kind: "number", value: 1 }, atoms }));
}

const operators = new Map([
  ["gt", ">"],
  ["gte", ">="],
  ["lt", "<"],
  ["lte", "<="],
  ["eq", "=="],
  ["ne", "!="],
]);

function evaluated(
  alternatives: readonly Alternative[],
  evaluator: Value<Evaluator | undefined>,
): Alternative[] {
  const type = evaluator.at("type").string() ?? "";
  const [first = Number.NaN, second = Number.NaN] = evaluator
    .at("params")
    .items()
    .map((param) => param.number() ?? Number.NaN);
  const operator = operators.get(type);
  if (operator !== undefined && comparisonOperators.has(operator)) {
    return asTrue(compared(alternatives, operator, first));
  }
  if (type.startsWith("within_range")) {
    return asTrue(compared(compared(alternatives, ">", first), "<", second));
  }
  if (type.startsWith("outside_range")) {
    return asTrue([...compared(alternatives, "<", first), ...compared(alternatives, ">", second)]);
  }
  return undecided(evaluator);
}
