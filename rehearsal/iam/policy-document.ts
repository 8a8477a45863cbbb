import type { Json } from '../services/service';
import { compileConditions, type Condition } from './condition';
import { compileAction, compileResource, PolicyError, type Matcher } from './pattern';

/** What a document is attached to, which decides what its statements must and must not hold. */
export type PolicyKind = 'identity' | 'resource' | 'trust';

export interface Statement {
  /** The Sid, or the statement's place in its document where it has none. */
  readonly sid: string;
  readonly effect: 'Allow' | 'Deny';
  /** Every pair of an action and a resource that the statement names. */
  readonly pairs: readonly Pair[];
  /** Of policies of resources and trust policies. */
  readonly principals?: PrincipalSet;
  readonly conditions: readonly Condition[];
}

/** Unique in the account; the same in every run. */
export type GrantId = string;

/** One action on one resource, as the policy writes them. */
export interface Pair {
  readonly id: GrantId;
  readonly action: string;
  readonly resource: string;
  readonly matchesAction: Matcher;
  readonly matchesResource: Matcher;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
export interface PrincipalSet {
  readonly everyone: boolean;
  readonly services: readonly string[];
  /** Account ids: the account may pass the permission on by its own policies. */
  readonly accounts: readonly string[];
  /** Roles and sessions. */
  readonly arns: readonly string[];
}

const ELEMENTS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

/**
 * The statements of a policy document, JSON text or already parsed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 * @param owner what the document belongs to, the first part of the ids of its grants
 * @throws PolicyError on what AWS would refuse, and on what is not emulated
 */
export function parsePolicy(source: Json, kind: PolicyKind, owner: string): Statement[] {
  const document = typeof source === 'string' ? parseJson(source) : source;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new PolicyError('A policy document is a JSON object');
  }
  refuseUnknown(document, ['Version', 'Id', 'Statement']);
  const version = document.Version ?? '2008-10-17';
  if (!['2008-10-17', '2012-10-17'].includes(version)) {
    throw new PolicyError(`Version "${version}" does not exist; use "2012-10-17"`);
  }
  const elements: Json[] = [document.Statement ?? []].flat();
  if (elements.length === 0) throw new PolicyError('A policy document needs a Statement');
  const statements = elements.map((element, index) =>
    parseStatement(element, `statement ${index + 1}`, {
      kind,
      owner,
      variables: version === '2012-10-17',
    }),
  );
  const sids = statements.map(({ sid }) => sid);
  const twice = sids.find((sid, index) => sids.indexOf(sid) !== index);
  if (twice !== undefined) throw new PolicyError(`Sid "${twice}" is used twice`);
  return statements;
}

interface Surroundings {
  readonly kind: PolicyKind;
  readonly owner: string;
  readonly variables: boolean;
}

function parseStatement(
  element: Json,
  place: string,
  { kind, owner, variables }: Surroundings,
): Statement {
  const sid: string = element.Sid ?? place;
  try {
    refuseUnknown(element, ELEMENTS);
    if (kind === 'identity' && element.Sid !== undefined && !/^[A-Za-z0-9]*$/.test(element.Sid)) {
      throw new PolicyError('IAM allows only letters and digits in a Sid');
    }
    if (element.Effect !== 'Allow' && element.Effect !== 'Deny') {
      throw new PolicyError(`Effect is "Allow" or "Deny", not "${element.Effect}"`);
    }
    if (element.NotPrincipal !== undefined) throw new PolicyError('NotPrincipal is not emulated');
    if ((kind === 'identity') !== (element.Principal === undefined)) {
      throw new PolicyError(
        kind === 'identity'
          ? 'Principal is not allowed in a policy of a role'
          : 'Principal is missing',
      );
    }
    const actions = patterns(element, 'Action', compileAction);
    const resources =
      kind === 'trust'
        ? trustedRole(element)
        : patterns(element, 'Resource', (pattern) => compileResource(pattern, variables));
    return {
      sid,
      effect: element.Effect,
      pairs: actions.flatMap((action) =>
        resources.map((resource) => ({
          id: [owner, sid, action.pattern, resource.pattern].join(' | '),
          action: action.pattern,
          resource: resource.pattern,
          matchesAction: action.matches,
          matchesResource: resource.matches,
        })),
      ),
      ...(element.Principal === undefined ? {} : { principals: parsePrincipal(element.Principal) }),
      conditions: compileConditions(element.Condition, variables),
    };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new PolicyError(`${sid}: ${error.message}`);
  }
}

interface Pattern {
  readonly pattern: string;
  readonly matches: Matcher;
}

/** The patterns of `Action` or `Resource`; those of the negated element become one pattern. */
function patterns(
  element: Json,
  name: 'Action' | 'Resource',
  compile: (pattern: string) => Matcher,
): Pattern[] {
  const negatedName = `Not${name}`;
  if ((element[name] === undefined) === (element[negatedName] === undefined)) {
    throw new PolicyError(`Either ${name} or ${negatedName} is needed`);
  }
  const negated = element[name] === undefined;
  const texts: string[] = [element[negated ? negatedName : name]].flat();
  if (texts.length === 0) throw new PolicyError(`${name} is empty`);
  const compiled = texts.map((pattern) => ({ pattern, matches: compile(pattern) }));
  if (!negated) return compiled;
  return [
    {
      pattern: `${negatedName}(${texts.join(', ')})`,
      matches: (value, variables) => {
        const results = compiled.map(({ matches }) => matches(value, variables));
        return results.includes(undefined) ? undefined : !results.includes(true);
      },
    },
  ];
}

/** A trust policy speaks of the role that it belongs to. */
function trustedRole(element: Json): Pattern[] {
  if (element.Resource !== undefined || element.NotResource !== undefined) {
    throw new PolicyError('Resource is not allowed in a trust policy');
  }
  return [{ pattern: '*', matches: () => true }];
}

function parsePrincipal(principal: Json): PrincipalSet {
  if (principal === '*') return { everyone: true, services: [], accounts: [], arns: [] };
  refuseUnknown(principal, ['AWS', 'Service', 'Federated', 'CanonicalUser']);
  const list = (name: string): string[] => [principal[name] ?? []].flat();
  const aws = list('AWS');
  const [accounts, arns] = [[] as string[], [] as string[]];
  for (const name of aws.filter((each) => each !== '*')) {
    const [, account] = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(name) ?? [];
    if (account !== undefined) accounts.push(account);
    else if (/^arn:aws:(iam|sts)::\d{12}:[^*?]+$/.test(name)) arns.push(name);
    else
      throw new PolicyError(
        `Principal "${name}" is neither an account nor an ARN without wildcards`,
      );
  }
  return { everyone: aws.includes('*'), services: list('Service'), accounts, arns };
}

function refuseUnknown(element: Json, known: readonly string[]): void {
  const unknown = Object.keys(element ?? {}).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new PolicyError(`${unknown.join(', ')} is not an element of IAM`);
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PolicyError(`not JSON: ${(error as Error).message}`);
  }
}
