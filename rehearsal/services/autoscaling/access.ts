import { findVersion, imageParameter, type FoundVersion } from '../ec2/launch-templates';
import type { Ec2State } from '../ec2/state';
import { AwsError, type AccessRequest, type Json, type Scope, type View } from '../service';
import { parameterArn } from '../ssm';
import { specificationOf, specificationsOf, type Configuration } from './configuration';
import { groupArn } from './names';
import type { AutoScalingState } from './state';

/** An action on the group that a request names. */
export function groupAccess(
  operation: string,
  { AutoScalingGroupName: name }: Json,
  state: AutoScalingState,
  scope: Scope,
  context: Readonly<Record<string, string>> = {},
): AccessRequest {
  const { Tags = [] } =
    (Object.hasOwn(state.groups, name ?? '') && state.groups[name]?.group) || {};
  const tags = (Tags as Json[]).flatMap(({ Key, Value = '' }) => [
    [`aws:resourcetag/${Key}`, Value],
    [`autoscaling:resourcetag/${Key}`, Value],
  ]);
  return {
    action: `autoscaling:${operation}`,
    resource: groupArn(state, name, scope),
    context: { ...Object.fromEntries(tags), ...context },
  };
}

/**
 * What somebody must be allowed to do who has a group launch from a configuration: AWS tries a RunInstances in the
 * caller's name, with all that the launch templates ask for.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
 *
 * @param group of which the subnets are
 */
export function launchAccess(
  configuration: Configuration,
  group: Json,
  view: View | undefined,
): AccessRequest[] {
  if (view === undefined) throw new Error('Launch templates cannot be seen without a view of EC2.');
  const { scope } = view;
  const ec2 = view.peer<Ec2State>('ec2');
  const { Overrides = [] } = configuration.MixedInstancesPolicy?.LaunchTemplate ?? {};
  const images = Overrides.flatMap(({ ImageId }: Json) => ImageId ?? []);
  return specificationsOf(configuration).flatMap((specification) => {
    const version = versionOf(ec2, specification);
    return version === undefined ? [] : templateAccess(version, images, group, scope);
  });
}

/** A template that does not exist is refused when the call is handled. */
function versionOf(ec2: Ec2State, specification: Json): FoundVersion | undefined {
  try {
    return findVersion(ec2, specificationOf(specification));
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

function templateAccess(
  { template, data }: FoundVersion,
  images: readonly string[],
  group: Json,
  scope: Scope,
): AccessRequest[] {
  const { account, region, partition } = scope;
  const owned = (type: string, id: string) =>
    `arn:${partition}:ec2:${region}:${account}:${type}/${id}`;
  const template_ = owned('launch-template', template.template.LaunchTemplateId);
  const context = { 'ec2:launchtemplate': template_, 'ec2:islaunchtemplateresource': 'true' };
  const image = (id: string) => `arn:${partition}:ec2:${region}::image/${id}`;
  const parameter = imageParameter(data);
  const own = parameter === undefined && data.ImageId !== undefined ? [data.ImageId] : [];
  const { SecurityGroupIds = data.NetworkInterfaces?.[0]?.Groups ?? [] } = data;
  const subnets = (group.VPCZoneIdentifier ?? '').split(',').map((id: string) => id.trim());
  const resources = [
    template_,
    ...[...own, ...images].map(image),
    owned('instance', '*'),
    owned('volume', '*'),
    owned('network-interface', '*'),
    ...orAny(SecurityGroupIds).map((id) => owned('security-group', id)),
    ...orAny(subnets.filter(Boolean)).map((id) => owned('subnet', id)),
    ...(data.KeyName === undefined ? [] : [owned('key-pair', data.KeyName)]),
  ];
  return [
    ...resources.map((resource) => ({ action: 'ec2:RunInstances', resource, context })),
    ...(data.TagSpecifications ?? []).map(({ ResourceType, Tags = [] }: Json) => ({
      action: 'ec2:CreateTags',
      resource: owned(ResourceType, '*'),
      context: {
        'ec2:createaction': 'RunInstances',
        ...Object.fromEntries(
          (Tags as Json[]).map(({ Key, Value = '' }) => [`aws:requesttag/${Key}`, Value]),
        ),
      },
    })),
    ...(parameter === undefined
      ? []
      : [{ action: 'ssm:GetParameters', resource: parameterOf(parameter, scope) }]),
    ...passRole(data.IamInstanceProfile, scope),
  ];
}

/** @param asked a name or an ARN, with a version or a label if any */
function parameterOf(asked: string, scope: Scope): string {
  const [name] = /^(arn(:[^:]*){5}|[^:]*)/.exec(asked) as RegExpExecArray;
  return name.startsWith('arn:') ? name : parameterArn(scope, name);
}

/** Whatever the subnet or the security group is that AWS chooses. */
function orAny(ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? ['*'] : ids;
}

/**
 * The role in an instance profile: as deployed, or the one of the same name, as the console makes them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
 */
function passRole(profile: Json, scope: Scope): AccessRequest[] {
  const name: string | undefined = profile?.Name ?? profile?.Arn?.split('/').at(-1);
  if (name === undefined) return [];
  const deployed = scope.resources.find(
    ({ type, outputs }) =>
      type === 'aws:iam/instanceProfile:InstanceProfile' && outputs.name === name,
  );
  const role = deployed?.inputs.role ?? name;
  return [
    {
      action: 'iam:PassRole',
      resource: `arn:${scope.partition}:iam::${scope.account}:role/${role}`,
      context: { 'iam:passedtoservice': 'ec2.amazonaws.com' },
    },
  ];
}
