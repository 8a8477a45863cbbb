/** One statement of an IAM policy, its elements as lists. */
export interface Statement {
  /** For messages: its Sid, or its place in the document. */
  readonly name: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** `NotAction` or `NotResource`, where it has one. */
  readonly negated?: string;
}

/**
 * The statements of a policy document, JSON text or object.
 * @throws SyntaxError where the text is not JSON
 */
export function statementsOf(document: unknown): Statement[] {
  const { Statement = [] } = (
    typeof document === 'string' ? JSON.parse(document) : document
  ) as Record<string, unknown>;
  return list(Statement).map((each, index) => {
    const statement = each as Readonly<Record<string, unknown>> & { readonly Sid?: string };
    const negated = ['NotAction', 'NotResource'].find((name) => statement[name] !== undefined);
    return {
      name: statement.Sid === undefined ? `number ${index + 1}` : `"${statement.Sid}"`,
      effect: String(statement['Effect']),
      actions: list(statement['Action'] ?? []).map(String),
      resources: list(statement['Resource'] ?? []).map(String),
      ...(negated === undefined ? {} : { negated }),
    };
  });
}

/** IAM takes a single value for a list of one. */
function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
