import { InputError } from '../input-error';
import type { DeployedResource, Json } from '../services/service';
import { AWS_MANAGED_POLICIES } from './managed-policies';
import { PolicyError } from './pattern';
import { parsePolicy, type PolicyKind, type Statement } from './policy-document';
import { collectResourcePolicies, type ResourcePolicy } from './resource-policies';

/** Everything that decides about access in the account. Plain data; judged by `authorize`. */
export interface Roles {
  /** By ARN. */
  readonly roles: ReadonlyMap<string, Role>;
  readonly resourcePolicies: readonly ResourcePolicy[];
}

export interface Role {
  readonly arn: string;
  readonly name: string;
  /** Become `aws:PrincipalTag/…`. */
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly NamedPolicy[];
}

export interface NamedPolicy {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** Parses a document and reports what is wrong with it instead of throwing. */
export type Parse = (
  place: string,
  source: Json,
  kind: PolicyKind,
  owner: string,
) => readonly Statement[];

/** Quotas of IAM, in characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_INLINE = 10_240;
const MAX_TRUST = 2_048;
const MAX_MANAGED = 6_144;

/** IAM resources that grant nothing by themselves. */
const WITHOUT_GRANTS = ['aws:iam/instanceProfile:InstanceProfile'];

/**
 * The roles that a program declares, and the policies of its resources.
 * @throws InputError that lists everything that AWS would refuse or that the rehearsal cannot judge
 */
export function collectPrincipals(resources: readonly DeployedResource[]): Roles {
  const problems: string[] = [];
  const attempt = <Result>(place: string, fallback: Result, action: () => Result): Result => {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      problems.push(`${place}: ${error.message}`);
      return fallback;
    }
  };
  const parse: Parse = (place, source, kind, owner) =>
    attempt<readonly Statement[]>(place, [], () => parsePolicy(source, kind, owner));

  const ofType = (type: string): readonly DeployedResource[] =>
    resources.filter((resource) => resource.type === type);
  const managed = new Map<string, Json>(Object.entries(AWS_MANAGED_POLICIES));
  for (const { name, inputs, outputs } of ofType('aws:iam/policy:Policy')) {
    attempt(name, undefined, () => checkSize('a managed policy', [inputs.policy], MAX_MANAGED));
    managed.set(outputs.arn, inputs.policy);
  }
  for (const { type, name } of resources) {
    if (type.startsWith('aws:iam/') && !EMULATED.includes(type)) {
      problems.push(`${name}: ${type} is not emulated`);
    }
  }

  const roles = new Map<string, Role>();
  const trust: ResourcePolicy[] = [];
  for (const { name: place, inputs, outputs } of ofType('aws:iam/role:Role')) {
    if (inputs.permissionsBoundary !== undefined) {
      problems.push(`${place}: permissionsBoundary is not emulated`);
    }
    const of = (resource: DeployedResource): boolean =>
      [outputs.name, outputs.arn].includes(roleOf(resource));
    const inline: { place: string; name: string; policy: Json }[] = [
      ...(inputs.inlinePolicies ?? []).map(({ name, policy }: Json) => ({ place, name, policy })),
      ...ofType('aws:iam/rolePolicy:RolePolicy')
        .filter(of)
        .map((each) => ({
          place: each.name,
          name: each.outputs.name ?? each.name,
          policy: each.inputs.policy,
        })),
    ];
    const attached: { place: string; arn: string }[] = [
      ...(inputs.managedPolicyArns ?? []).map((arn: string) => ({ place, arn })),
      ...ofType('aws:iam/rolePolicyAttachment:RolePolicyAttachment')
        .filter(of)
        .map((each) => ({ place: each.name, arn: each.inputs.policyArn })),
    ];
    attempt(place, undefined, () => {
      checkSize(
        'the inline policies of one role',
        inline.map(({ policy }) => policy),
        MAX_INLINE,
      );
      checkSize('a trust policy', [inputs.assumeRolePolicy], MAX_TRUST);
    });
    roles.set(outputs.arn, {
      arn: outputs.arn,
      name: outputs.name,
      tags: { ...inputs.tags, ...outputs.tagsAll },
      policies: [
        ...inline.map((each) => ({
          name: each.name,
          statements: parse(each.place, each.policy, 'identity', `${outputs.arn} | ${each.name}`),
        })),
        ...attached.map((each) => ({
          name: each.arn,
          statements: managed.has(each.arn)
            ? parse(each.place, managed.get(each.arn), 'identity', `${outputs.arn} | ${each.arn}`)
            : attempt(each.place, [], () => {
                throw new PolicyError(
                  `the text of ${each.arn} is not known here: declare exactly what the role needs in a RolePolicy`,
                );
              }),
        })),
      ],
    });
    trust.push({
      kind: 'trust',
      declared: true,
      covers: (resource) => resource === outputs.arn,
      statements: parse(place, inputs.assumeRolePolicy, 'trust', outputs.arn),
    });
  }

  const roleNames = [...roles.values()].flatMap(({ arn, name }) => [arn, name]);
  for (const type of [
    'aws:iam/rolePolicy:RolePolicy',
    'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
  ]) {
    for (const resource of ofType(type)) {
      if (!roleNames.includes(roleOf(resource))) {
        problems.push(`${resource.name}: role "${roleOf(resource)}" is not part of the program`);
      }
    }
  }
  const resourcePolicies = [...trust, ...collectResourcePolicies(resources, parse, problems)];
  if (problems.length > 0) throw new InputError('The IAM policies cannot be judged', problems);
  return { roles, resourcePolicies };
}

const EMULATED = [
  'aws:iam/role:Role',
  'aws:iam/policy:Policy',
  'aws:iam/rolePolicy:RolePolicy',
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
  ...WITHOUT_GRANTS,
];

/** Name or ARN of the role that a policy is for. */
const roleOf = ({ inputs }: DeployedResource): string => inputs.role;

function checkSize(what: string, documents: readonly Json[], limit: number): void {
  const texts = documents.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
  const size = texts.join('').replace(/\s/g, '').length;
  if (size > limit) {
    throw new PolicyError(`${size} characters are too many for ${what}: IAM allows ${limit}`);
  }
}
