/** A request as the Rules language sees it. */
export interface EdgeRequest {
  readonly host?: string;
  readonly path?: string;
  readonly port?: number;
  readonly status?: number;
}

/**
 * Reads and evaluates the part of Cloudflare's Rules language that the edge uses, by the grammar that
 * Cloudflare documents: `not` binds before `and`, `and` before `or`. Throws SyntaxError for anything else.
 */
export function matches(expression: string, request: EdgeRequest): boolean {
  const tokens = tokenize(expression);
  const numbers: Readonly<Record<string, number>> = {
    "cf.edge.server_port": request.port ?? 443,
    "http.response.code": request.status ?? 200,
  };
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const take = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new SyntaxError(`${expression} ends too early`);
    return token;
  };
  const expect = (wanted: string): void => {
    const found = take();
    if (found !== wanted) throw new SyntaxError(`${found} in place of ${wanted} in ${expression}`);
  };

  const disjunction = (): boolean => {
    let value = conjunction();
    while (peek() === "or") {
      take();
      value = conjunction() || value;
    }
    return value;
  };
  const conjunction = (): boolean => {
    let value = negation();
    while (peek() === "and") {
      take();
      value = negation() && value;
    }
    return value;
  };
  const negation = (): boolean => {
    if (peek() !== "not") return primary();
    take();
    return !negation();
  };
  const primary = (): boolean => {
    const token = take();
    if (token === "true") return true;
    if (token === "(") {
      const value = disjunction();
      expect(")");
      return value;
    }
    if (token === "starts_with") {
      expect("(");
      const value = text(take());
      expect(",");
      const prefix = string(take());
      expect(")");
      return value.startsWith(prefix);
    }
    return comparison(token);
  };
  const comparison = (field: string): boolean => {
    if (field in numbers) return compareNumber(numbers[field] ?? 0);
    const value = text(field);
    const operator = take();
    if (operator === "eq") return value === string(take());
    if (operator === "contains") return value.includes(string(take()));
    throw new SyntaxError(`${operator} is no operator for text in ${expression}`);
  };
  const compareNumber = (value: number): boolean => {
    const operator = take();
    if (operator === "lt") return value < Number(take());
    if (operator !== "in") throw new SyntaxError(`${operator} is no operator for numbers in ${expression}`);
    expect("{");
    const values: number[] = [];
    while (peek() !== "}") values.push(Number(take()));
    expect("}");
    return values.includes(value);
  };
  const text = (field: string): string => {
    switch (field) {
      case "http.host":
        return request.host ?? "";
      case "http.request.uri.path":
        return request.path ?? "/";
      case "lower": {
        expect("(");
        const value = text(take());
        expect(")");
        return value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
      }
      default:
        throw new SyntaxError(`${field} is no text field in ${expression}`);
    }
  };
  const value = disjunction();
  if (at < tokens.length) throw new SyntaxError(`${peek()} is too much in ${expression}`);
  return value;
}

/** The value of a quoted string. Throws SyntaxError for what is not one. */
export function string(token: string): string {
  const body = /^"((?:[^"\\]|\\["\\])*)"$/s.exec(token)?.[1];
  if (body === undefined) throw new SyntaxError(`${token} is no quoted string`);
  return body.replace(/\\(["\\])/g, "$1");
}

function tokenize(expression: string): string[] {
  const tokens: string[] = [];
  const token = /\s*("(?:[^"\\]|\\.)*"|[a-z_][a-z0-9_.]*|\d+|[(){},])/suy;
  while (token.lastIndex < expression.length) {
    const start = token.lastIndex;
    const found = token.exec(expression)?.[1];
    if (found === undefined) throw new SyntaxError(`cannot read ${expression.slice(start)}`);
    tokens.push(found);
  }
  return tokens;
}
