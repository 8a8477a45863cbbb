/** One statement of an IAM policy, its elements as lists. */
export interface Statement {
  /** For messages: its Sid, or its place in the document. */
  readonly name: string;
  readonly effect: string;
  /** Whom it is for; none in a policy of an identity. */
  readonly principals: readonly Principal[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
  /** `NotAction`, `NotResource` or `NotPrincipal`, where it has one. */
  readonly negated?: string;
}

export interface Principal {
  /** `AWS`, `Service`, `Federated` or `CanonicalUser`; that of a bare `*` is `AWS`, which means the same. */
  readonly type: string;
  readonly value: string;
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
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
    const negated = ['NotAction', 'NotResource', 'NotPrincipal'].find(
      (name) => statement[name] !== undefined,
    );
    return {
      name: statement.Sid === undefined ? `number ${index + 1}` : `"${statement.Sid}"`,
      effect: String(statement['Effect']),
      principals: principalsOf(statement['Principal']),
      actions: list(statement['Action'] ?? []).map(String),
      resources: list(statement['Resource'] ?? []).map(String),
      conditions: conditionsOf(statement['Condition']),
      ...(negated === undefined ? {} : { negated }),
    };
  });
}

/** The same; what is not JSON is reported, and has no statements. */
export function statementsIn(
  document: unknown,
  report: (problem: string) => void,
): readonly Statement[] {
  try {
    return statementsOf(document);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    report(`its policy is not JSON (${error.message}): set it with pulumi.jsonStringify.`);
    return [];
  }
}

/** The keys of conditions that bind a service to one account, organization or resource. */
const SOURCES = ['aws:sourceaccount', 'aws:sourcearn', 'aws:sourceorgid'];
/** Those that bind a caller to one account, organization or identity. */
const CALLERS = ['aws:principalaccount', 'aws:principalarn', 'aws:principalorgid'];

/**
 * Whether a statement's conditions demand the source, or the caller, that they name. Those that also hold where the
 * request has no such key (`…IfExists`), those that only exclude, and those that any value meets demand nothing.
 */
export function isBound(
  { conditions }: Statement,
  to: 'source' | 'source or caller' = 'source or caller',
): boolean {
  const keys = to === 'source' ? SOURCES : [...SOURCES, ...CALLERS];
  return conditions.some(
    ({ operator, key, values }) =>
      /^(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))$/i.test(operator) &&
      keys.includes(key.toLowerCase()) &&
      values.length > 0 &&
      !values.some(isAnything),
  );
}

/** Whether a pattern of an account, or of an ARN, names no account. Buckets have none: an empty one is fine. */
function isAnything(pattern: string): boolean {
  if (!pattern.startsWith('arn:')) return /^[*?]*$/.test(pattern);
  const [, , , , account = '*'] = pattern.split(':');
  return /[*?]/.test(account);
}

function principalsOf(element: unknown): Principal[] {
  if (element === undefined) return [];
  const byType =
    typeof element === 'string' ? { AWS: element } : (element as Record<string, unknown>);
  return Object.entries(byType).flatMap(([type, values]) =>
    list(values).map((value) => ({ type, value: String(value) })),
  );
}

function conditionsOf(element: unknown = {}): Condition[] {
  return Object.entries(element as Record<string, object>).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({
      operator,
      key,
      values: list(values).map(String),
    })),
  );
}

/** IAM takes a single value for a list of one. */
function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
