import type { ContextValue } from './condition';
import { PolicyError, type Variables } from './pattern';
import type { GrantId, Pair, Statement } from './policy-document';
import { unknownPolicy, type Role, type Roles } from './principals';
import type { ResourcePolicy } from './resource-policies';

export type Principal =
  | {
      readonly roleArn: string;
      /** Shown in messages. Lambda uses the name of the function. @default rehearsal */
      readonly sessionName?: string;
    }
  | {
      /** Service principal, such as `events.amazonaws.com`. */
      readonly service: string;
      /** The resource on whose behalf the service acts, such as a rule. */
      readonly sourceArn?: string;
      /** @default the account in `sourceArn` */
      readonly sourceAccount?: string;
    };

export interface AuthorizationRequest {
  readonly principal: Principal;
  /** Such as `appstream:CopyImage`. */
  readonly action: string;
  /** ARN, or `*` where AWS offers no resource-level permission. */
  readonly resource: string;
  /** Further condition keys that AWS would set for this call; names know no case. */
  readonly context?: Readonly<Record<string, ContextValue>>;
  /** Virtual time in epoch milliseconds, for `aws:CurrentTime` and `aws:EpochTime`. */
  readonly now?: number;
}

export interface Decision {
  readonly allowed: boolean;
  /** Worded as AWS words an access-denied message; empty where allowed. */
  readonly reason: string;
  /** The grants that allowed it; none where denied. */
  readonly matched: readonly GrantId[];
}

/** What a statement says to the request: nothing, where no pair is left. */
type Applies = (statement: Statement) => readonly Pair[];

/**
 * Judges one request as IAM does: an explicit deny wins; within the account a policy of the role or one of the
 * resource that names the role is enough, except that roles and keys must be opened by their own policy; across
 * accounts both must allow it; a service is allowed by the resource alone.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 * @throws PolicyError where the role is not part of the program, or the answer depends on what is not known
 */
export function authorize(account: Roles, request: AuthorizationRequest): Decision {
  const { principal, action, resource } = request;
  const role = 'roleArn' in principal ? roleOf(account, principal.roleArn) : undefined;
  const applies = appliesTo(request, contextOf(request, role));

  const own = judge(role?.statements ?? [], applies);
  const guards = guardsOf(account, action, resource);
  const guarding = guards.flatMap(({ statements }) => statements);
  const byName = judge(
    guarding.filter((statement) => namesPrincipal(statement, principal)),
    applies,
  );
  const byAccount = judge(
    guarding.filter((statement) => namesAccount(statement, role)),
    applies,
  );

  const opensRole = guards.some(({ kind }) => kind === 'trust');
  const guardKind = opensRole ? 'role trust' : 'resource-based';
  if (own.denies) return refuse(request, 'with an explicit deny in an identity-based policy');
  if (byName.denies || byAccount.denies) {
    return refuse(
      request,
      `with an explicit deny in ${opensRole ? 'the' : 'a'} ${guardKind} policy`,
    );
  }

  const foreign = role !== undefined && isForeign(resource, role);
  const mustBeOpened =
    role === undefined || foreign || guards.some(({ kind }) => kind !== 'resource');
  const opened = byName.allows || byAccount.allows;
  const used = [
    ...(own.allows && (opened || !mustBeOpened) ? [own, byAccount] : []),
    ...(byName.allows && (own.allows || !foreign) ? [byName] : []),
  ];
  if (used.length > 0) {
    return { allowed: true, reason: '', matched: used.flatMap(({ allowing }) => allowing) };
  }
  const missing = mustBeOpened && !opened ? guardKind : 'identity-based';
  return refuse(request, `because no ${missing} policy allows the ${action} action`);
}

interface Verdict {
  readonly denies: boolean;
  readonly allows: boolean;
  readonly allowing: readonly GrantId[];
}

function judge(statements: readonly Statement[], applies: Applies): Verdict {
  const speaking = (effect: Statement['effect']): readonly Pair[] =>
    statements.filter((statement) => statement.effect === effect).flatMap(applies);
  const allowing = speaking('Allow').map(({ id }) => id);
  return { denies: speaking('Deny').length > 0, allows: allowing.length > 0, allowing };
}

function appliesTo({ action, resource }: AuthorizationRequest, context: Context): Applies {
  const variables: Variables = (key) => {
    const value = context(key);
    return typeof value === 'string' ? value : undefined;
  };
  return ({ pairs, conditions }) => {
    const matching = pairs.filter(
      (pair) =>
        pair.matchesAction(action, variables) === true &&
        pair.matchesResource(resource, variables) === true,
    );
    const holds =
      matching.length > 0 && conditions.every(({ key, holds }) => holds(context(key), variables));
    return holds ? matching : [];
  };
}

type Context = (key: string) => ContextValue | undefined;

/** The request context: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function contextOf(request: AuthorizationRequest, role: Role | undefined): Context {
  const { principal, resource, now } = request;
  const given = Object.entries(request.context ?? {}).map(
    ([key, value]) => [key.toLowerCase(), value] as const,
  );
  const always: [string, ContextValue | undefined][] =
    role === undefined
      ? [['aws:principalisawsservice', 'true']]
      : [
          ['aws:principalisawsservice', 'false'],
          ['aws:principaltype', 'AssumedRole'],
          ['aws:principalarn', role.arn],
          ['aws:principalaccount', accountOf(role.arn)],
          ...Object.entries(role.tags).map(
            ([key, value]) => [`aws:principaltag/${key.toLowerCase()}`, value] as [string, string],
          ),
        ];
  if ('service' in principal) {
    always.push(
      ['aws:principalservicename', principal.service],
      ['aws:sourcearn', principal.sourceArn],
      ['aws:sourceaccount', principal.sourceAccount ?? accountOf(principal.sourceArn ?? '')],
    );
  }
  const values = new Map<string, ContextValue | undefined>([
    ['aws:securetransport', 'true'],
    ['aws:resourceaccount', accountOf(resource)],
    ...always,
    ...given,
  ]);
  return (key) => {
    if (key === 'aws:currenttime' || key === 'aws:epochtime') {
      if (now === undefined)
        throw new PolicyError(`"${key}" is judged, but the request has no time`);
      return key === 'aws:currenttime'
        ? new Date(now).toISOString()
        : String(Math.floor(now / 1000));
    }
    return values.get(key);
  };
}

/**
 * The policies that guard a resource against an action. A key without a policy of its own needs none here: the one
 * that AWS gives it leaves the decision to the account, https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
function guardsOf(account: Roles, action: string, resource: string): ResourcePolicy[] {
  const service = action.slice(0, action.indexOf(':')).toLowerCase();
  return account.resourcePolicies.filter(
    // A trust policy guards the use of a role, not its being passed or described.
    ({ kind, covers }) => covers(resource) && (kind !== 'trust' || service === 'sts'),
  );
}

function namesPrincipal({ principals }: Statement, principal: Principal): boolean {
  if (principals === undefined) return false;
  if (principals.everyone) return true;
  if ('service' in principal) return principals.services.includes(principal.service);
  return principals.arns.some((arn) => [principal.roleArn, sessionOf(principal)].includes(arn));
}

function namesAccount({ principals }: Statement, role: Role | undefined): boolean {
  return role !== undefined && principals?.accounts.includes(accountOf(role.arn) ?? '') === true;
}

/** Whether the resource belongs to another account; public ones belong to none. */
function isForeign(resource: string, role: Role): boolean {
  const owner = accountOf(resource);
  return owner !== undefined && owner !== accountOf(role.arn);
}

function accountOf(arn: string): string | undefined {
  const [, , , , account = ''] = arn.split(':');
  return /^\d{12}$/.test(account) ? account : undefined;
}

function roleOf(account: Roles, arn: string): Role {
  const role = account.roles.get(arn);
  if (role === undefined) throw new PolicyError(`Role ${arn} is not part of the program`);
  const [unknown] = role.unknownPolicies;
  if (unknown !== undefined) throw new PolicyError(`${role.name}: ${unknownPolicy(unknown)}`);
  return role;
}

/** Session ARNs leave the path of the role out. */
function sessionOf({ roleArn, sessionName }: Extract<Principal, { roleArn: string }>): string {
  const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  return `arn:aws:sts::${accountOf(roleArn) ?? ''}:assumed-role/${name}/${sessionName ?? 'rehearsal'}`;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function refuse({ principal, action, resource }: AuthorizationRequest, why: string): Decision {
  const user = 'service' in principal ? principal.service : sessionOf(principal);
  const reason = `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
  return { allowed: false, reason, matched: [] };
}
