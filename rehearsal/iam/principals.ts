import type { DeployedResource, Json } from '../services/service';
import { AWS_MANAGED_POLICIES } from './managed-policies';
import type { Statement } from './policy-document';
import { Problems } from './problems';
import { collectResourcePolicies, type ResourcePolicy } from './resource-policies';

/** Everything that decides about access in the account. Judged by `authorize`. */
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
  readonly statements: readonly Statement[];
  /** Managed policies of AWS whose text is not known, so that no call of the role can be judged. */
  readonly unknownPolicies: readonly string[];
}

const ROLE = 'aws:iam/role:Role';
const POLICY = 'aws:iam/policy:Policy';
const ROLE_POLICY = 'aws:iam/rolePolicy:RolePolicy';
const ATTACHMENT = 'aws:iam/rolePolicyAttachment:RolePolicyAttachment';
/** Grants nothing by itself. */
const INSTANCE_PROFILE = 'aws:iam/instanceProfile:InstanceProfile';
const EMULATED = [ROLE, POLICY, ROLE_POLICY, ATTACHMENT, INSTANCE_PROFILE];

/** Quotas of IAM, in characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_INLINE = 10_240;
const MAX_TRUST = 2_048;
const MAX_MANAGED = 6_144;

/** The text of managed policies, by ARN. */
type ManagedPolicies = ReadonlyMap<string, Json>;

/**
 * The roles that a program declares, and the policies of its resources.
 * @throws InputError that lists everything that AWS would refuse or that the rehearsal cannot judge
 */
export function collectPrincipals(resources: readonly DeployedResource[]): Roles {
  const problems = new Problems();
  for (const { type, name } of resources) {
    if (type.startsWith('aws:iam/') && !EMULATED.includes(type)) {
      problems.add(name, `${type} is not emulated`);
    }
  }
  const declared = ofType(resources, ROLE);
  const names = declared.flatMap(({ outputs }) => [outputs.name, outputs.arn]);
  for (const { name, inputs } of [
    ...ofType(resources, ROLE_POLICY),
    ...ofType(resources, ATTACHMENT),
  ]) {
    if (!names.includes(inputs.role)) {
      problems.add(name, `role "${inputs.role}" is not part of the program`);
    }
  }

  const managed = managedPolicies(resources, problems);
  const trust = declared.map((role) => trustPolicy(role, problems));
  const roles = declared.map((role, index) =>
    collectRole(role, trust[index], resources, managed, problems),
  );
  const resourcePolicies = [...trust, ...collectResourcePolicies(resources, problems)];
  problems.throwIfAny();
  return { roles: new Map(roles.map((role) => [role.arn, role])), resourcePolicies };
}

function collectRole(
  { name: place, inputs, outputs }: DeployedResource,
  trust: ResourcePolicy | undefined,
  resources: readonly DeployedResource[],
  managed: ManagedPolicies,
  problems: Problems,
): Role {
  if (inputs.permissionsBoundary !== undefined) {
    problems.add(place, 'permissionsBoundary is not emulated');
  }
  const isOwn = (resource: DeployedResource): boolean =>
    [outputs.name, outputs.arn].includes(resource.inputs.role);

  const inline: { place: string; name: string; policy: Json }[] = [
    ...(inputs.inlinePolicies ?? []).map(({ name, policy }: Json) => ({ place, name, policy })),
    ...ofType(resources, ROLE_POLICY)
      .filter(isOwn)
      .map((each) => ({
        place: each.name,
        name: each.outputs.name ?? each.name,
        policy: each.inputs.policy,
      })),
  ];
  checkSize(problems, place, inline, 'the inline policies of one role', MAX_INLINE);

  const attached: { place: string; arn: string }[] = [
    ...(inputs.managedPolicyArns ?? []).map((arn: string) => ({ place, arn })),
    ...ofType(resources, ATTACHMENT)
      .filter(isOwn)
      .map((each) => ({ place: each.name, arn: each.inputs.policyArn })),
  ];
  const unknown = attached.filter(({ arn }) => !managed.has(arn));
  if (!isForMachines(trust)) {
    for (const each of unknown) problems.add(each.place, unknownPolicy(each.arn));
  }
  return {
    arn: outputs.arn,
    name: outputs.name,
    tags: { ...inputs.tags, ...outputs.tagsAll },
    statements: [
      ...inline.flatMap((each) =>
        problems.parse(each.place, each.policy, 'identity', `${outputs.arn} | ${each.name}`),
      ),
      ...attached
        .filter(({ arn }) => managed.has(arn))
        .flatMap(({ place, arn }) =>
          problems.parse(place, managed.get(arn), 'identity', `${outputs.arn} | ${arn}`),
        ),
    ],
    unknownPolicies: unknown.map(({ arn }) => arn),
  };
}

/** What is to be done about a policy that is not part of the program. */
export function unknownPolicy(arn: string): string {
  return `the text of ${arn} is not known here: declare exactly what the role needs in a RolePolicy`;
}

/** Whether only EC2 instances take the role: what runs on them is not rehearsed, so it makes no calls. */
function isForMachines(trust: ResourcePolicy | undefined): boolean {
  const principals = trust?.statements.map((statement) => statement.principals) ?? [];
  return (
    principals.length > 0 &&
    principals.every(
      (each) =>
        each?.everyone === false &&
        [...each.accounts, ...each.arns].length === 0 &&
        each.services.every((service) => service === 'ec2.amazonaws.com'),
    )
  );
}

function trustPolicy(
  { name, inputs, outputs }: DeployedResource,
  problems: Problems,
): ResourcePolicy {
  const policy = inputs.assumeRolePolicy;
  checkSize(problems, name, [{ policy }], 'a trust policy', MAX_TRUST);
  return {
    kind: 'trust',
    declared: true,
    covers: (resource) => resource === outputs.arn,
    statements: problems.parse(name, policy, 'trust', outputs.arn),
  };
}

function managedPolicies(
  resources: readonly DeployedResource[],
  problems: Problems,
): ManagedPolicies {
  const own = ofType(resources, POLICY).map(({ name, inputs, outputs }): [string, Json] => {
    checkSize(problems, name, [inputs], 'a managed policy', MAX_MANAGED);
    return [outputs.arn, inputs.policy];
  });
  return new Map([...Object.entries<Json>(AWS_MANAGED_POLICIES), ...own]);
}

function ofType(resources: readonly DeployedResource[], type: string): DeployedResource[] {
  return resources.filter((resource) => resource.type === type);
}

function checkSize(
  problems: Problems,
  place: string,
  documents: readonly { readonly policy: Json }[],
  what: string,
  limit: number,
): void {
  const texts = documents.map(({ policy }) =>
    typeof policy === 'string' ? policy : JSON.stringify(policy),
  );
  const size = texts.join('').replace(/\s/g, '').length;
  if (size > limit) {
    problems.add(place, `${size} characters are too many for ${what}: IAM allows ${limit}`);
  }
}
