/** A query as it was written: what the parser makes and the translation reads. */

export const UNITS = ["SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "YEAR"] as const;
export type Unit = (typeof UNITS)[number];

export const FORMATS = ["JSON", "JSONEachRow", "TabSeparated"] as const;
export type Format = (typeof FORMATS)[number];

export type Operator = "+" | "-" | "*" | "/" | "%" | "=" | "!=" | "<" | ">" | "<=" | ">=" | "AND" | "OR";

export type Expression =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "text"; readonly value: string }
  /** As written: 1 and 1.0 are of different types. */
  | { readonly kind: "number"; readonly digits: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "interval"; readonly count: number; readonly unit: Unit }
  | { readonly kind: "call"; readonly call: Call }
  | { readonly kind: "not" | "negative"; readonly operand: Expression }
  | {
      readonly kind: "operation";
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "in";
      readonly negated: boolean;
      readonly operand: Expression;
      readonly list: readonly Expression[];
    }
  | {
      readonly kind: "between";
      readonly negated: boolean;
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
    }
  | {
      readonly kind: "like";
      readonly negated: boolean;
      readonly ignoreCase: boolean;
      readonly operand: Expression;
      readonly pattern: Expression;
    };

export interface Call {
  /** As written; names are compared without case. */
  readonly name: string;
  /** `quantileExactWeighted(0.5)(…)`: the first pair of parentheses where there are two. */
  readonly parameters: readonly Expression[] | undefined;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
}

export interface Selected {
  readonly expression: Expression;
  /** The alias, or else the expression as it was written. */
  readonly name: string;
  readonly aliased: boolean;
}

export interface Select {
  /** `*` is every column. */
  readonly columns: readonly Selected[] | "*";
  readonly from: string | Select | undefined;
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | undefined;
  readonly orderBy: readonly { readonly expression: Expression; readonly descending: boolean }[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
}

export type Statement =
  | { readonly kind: "select"; readonly select: Select; readonly format: Format }
  | { readonly kind: "show"; readonly what: "TABLES" | "TIMEZONES" | "TIMEZONE"; readonly format: Format };

/** The expressions that an expression is made of. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "column":
    case "text":
    case "number":
    case "boolean":
    case "interval":
      return [];
    case "call":
      return expression.call.args;
    case "not":
    case "negative":
      return [expression.operand];
    case "operation":
      return [expression.left, expression.right];
    case "in":
      return [expression.operand, ...expression.list];
    case "between":
      return [expression.operand, expression.low, expression.high];
    case "like":
      return [expression.operand, expression.pattern];
  }
}
