import type { Expr } from "./promql-ast.ts";

/** An expression as a measured value with a constant factor and summand: `scale * base + offset`. */
export interface Linear {
  readonly base: Expr;
  readonly scale: number;
  readonly offset: number;
}

/** The number that an expression always is; undefined where it measures something. */
export function constantOf(expr: Expr): number | undefined {
  switch (expr.kind) {
    case "number":
      return expr.value;
    case "negation": {
      const value = constantOf(expr.operand);
      return value === undefined ? undefined : -value;
    }
    case "call": {
      const [argument] = expr.args;
      return ["vector", "scalar"].includes(expr.name) && argument !== undefined
        ? constantOf(argument)
        : undefined;
    }
    case "binary": {
      const left = constantOf(expr.left);
      const right = constantOf(expr.right);
      return left === undefined || right === undefined ? undefined : calculate(expr.operator, left, right);
    }
    default:
      return undefined;
  }
}

function calculate(operator: string, left: number, right: number): number | undefined {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    case "^":
      return left ** right;
    default:
      return undefined;
  }
}

/** Takes constant factors and summands out of an expression, as far as they do not change what is measured. */
export function linear(expr: Expr): Linear {
  switch (expr.kind) {
    case "negation":
      return scaled(linear(expr.operand), -1);
    case "call": {
      const [argument] = expr.args;
      return transparent.has(expr.name) && argument !== undefined ? linear(argument) : plain(expr);
    }
    case "aggregate": {
      const inner = expr.args.at(-1);
      const { base, scale, offset } = inner === undefined ? plain(expr) : linear(inner);
      const movable = commuting.has(expr.operator) && scale > 0 && offset === 0 && scale !== 1;
      return movable ? { base: { ...expr, args: [base] }, scale, offset } : plain(expr);
    }
    case "binary":
      return combine(expr);
    default:
      return plain(expr);
  }
}

/** They give the same values, in another order or with other labels. */
const transparent: ReadonlySet<string> = new Set([
  "sort",
  "sort_desc",
  "label_replace",
  "label_join",
  "scalar",
  "vector",
]);

const commuting: ReadonlySet<string> = new Set(["sum", "avg", "min", "max"]);

function combine(expr: Extract<Expr, { kind: "binary" }>): Linear {
  const left = constantOf(expr.left);
  const right = constantOf(expr.right);
  switch (expr.operator) {
    case "+":
    case "-": {
      const sign = expr.operator === "+" ? 1 : -1;
      if (right !== undefined) {
        return shifted(linear(expr.left), sign * right);
      }
      return left === undefined ? doubled(expr, sign) : shifted(scaled(linear(expr.right), sign), left);
    }
    case "*":
      if (right !== undefined && right !== 0) {
        return scaled(linear(expr.left), right);
      }
      return left === undefined || left === 0 ? plain(expr) : scaled(linear(expr.right), left);
    case "/":
      return right !== undefined && right !== 0 ? scaled(linear(expr.left), 1 / right) : ratio(expr);
    default:
      return plain(expr);
  }
}

/** The same thing twice is twice of it. */
function doubled(expr: Extract<Expr, { kind: "binary" }>, sign: number): Linear {
  const one = linear(expr.left);
  const other = linear(expr.right);
  const scale = one.scale + sign * other.scale;
  return scale !== 0 && JSON.stringify(one.base) === JSON.stringify(other.base)
    ? { base: one.base, scale, offset: one.offset + sign * other.offset }
    : plain(expr);
}

function ratio(expr: Extract<Expr, { kind: "binary" }>): Linear {
  const above = linear(expr.left);
  const below = linear(expr.right);
  return above.offset === 0 && below.offset === 0
    ? { base: { ...expr, left: above.base, right: below.base }, scale: above.scale / below.scale, offset: 0 }
    : plain(expr);
}

const plain = (base: Expr): Linear => ({ base, scale: 1, offset: 0 });
const scaled = ({ base, scale, offset }: Linear, factor: number): Linear => ({
  base,
  scale: scale * factor,
  offset: offset * factor,
});
const shifted = ({ base, scale, offset }: Linear, by: number): Linear => ({
  base,
  scale,
  offset: offset + by,
});
