import type { UnusedGrant } from '../result';
import type { DeployedResource } from '../services/service';
import { authorize, type AuthorizationRequest, type Decision, type Principal } from './authorize';
import type { GrantId, PrincipalSet, Statement } from './policy-document';
import { collectPrincipals } from './principals';

/** One action on one resource pattern that a policy of the program allows. */
export interface Grant extends UnusedGrant {
  readonly id: GrantId;
}

/** On whose behalf a service assumes a role, for the condition keys that stop a confused deputy. */
export interface Source {
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

/** Judges every call of a rehearsal, and keeps account of the grants that were needed. */
export interface Iam {
  authorize(request: AuthorizationRequest): Decision;
  /** Whether the role's trust policy lets the service, such as `scheduler.amazonaws.com`, take the role. */
  canAssume(roleArn: string, service: string, source: Source): Decision;
  /**
   * Whether the caller may hand the role to the service, and the service may then take it.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
   */
  canPassRole(principal: Principal, roleArn: string, service: string, source?: Source): Decision;
  /**
   * What the program's policies allow, in the order of the program; trust policies are not grants. `role` is the
   * ARN of the role, or for a policy of a resource the principal that it names.
   */
  grants(): readonly Grant[];
  /** The grants that no call has needed so far. */
  unused(): readonly UnusedGrant[];
  /** The grants that were needed so far, sorted; plain JSON, to resume from. */
  used(): readonly GrantId[];
}

/**
 * @param resources what the program deploys
 * @param used what `used()` returned when the rehearsal was saved
 * @throws InputError that lists everything that AWS would refuse or that the rehearsal cannot judge
 */
export function createIam(
  resources: readonly DeployedResource[],
  used: readonly GrantId[] = [],
): Iam {
  const account = collectPrincipals(resources);
  const needed = new Set(used);
  const judge = (request: AuthorizationRequest): Decision => {
    const decision = authorize(account, request);
    for (const id of decision.matched) needed.add(id);
    return decision;
  };
  const canAssume: Iam['canAssume'] = (roleArn, service, source) =>
    judge({
      principal: { service, ...source },
      action: 'sts:AssumeRole',
      resource: roleArn,
    });
  const grants = unique([
    ...[...account.roles.values()].flatMap(({ arn, statements }) =>
      grantsOf(statements, () => arn),
    ),
    ...account.resourcePolicies
      .filter(({ kind, declared }) => kind !== 'trust' && declared)
      .flatMap(({ statements }) => grantsOf(statements, nameOf)),
  ]);

  return {
    authorize: judge,
    canAssume,
    canPassRole: (principal, roleArn, service, source = {}) => {
      const passed = judge({
        principal,
        action: 'iam:PassRole',
        resource: roleArn,
        context: { 'iam:passedtoservice': service },
      });
      if (!passed.allowed) return passed;
      const assumed = canAssume(roleArn, service, source);
      return assumed.allowed ? passed : assumed;
    },
    grants: () => grants,
    unused: () =>
      grants
        .filter(({ id }) => !needed.has(id))
        .map(({ role, sid, action, resource }) => ({ role, sid, action, resource })),
    used: () => [...needed].sort(),
  };
}

function grantsOf(
  statements: readonly Statement[],
  holder: (principals: PrincipalSet | undefined) => string,
): Grant[] {
  return statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ sid, principals, pairs }) =>
      pairs.map(({ id, action, resource }) => ({
        id,
        role: holder(principals),
        sid,
        action,
        resource,
      })),
    );
}

function nameOf(principals: PrincipalSet | undefined): string {
  const { everyone = false, services = [], accounts = [], arns = [] } = principals ?? {};
  return [...(everyone ? ['*'] : []), ...services, ...accounts, ...arns].join(', ');
}

/** A pattern that a statement repeats is one grant. */
function unique(grants: readonly Grant[]): Grant[] {
  return [...new Map(grants.map((grant) => [grant.id, grant])).values()];
}
