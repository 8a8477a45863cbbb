import * as pulumi from '@pulumi/pulumi';
import type { Grant } from '../../foundation/policy-document';

/** Where the resources of a rollout lie. */
export interface Place {
  readonly region: pulumi.Input<string>;
  readonly account: pulumi.Input<string>;
}

// EC2's and Auto Scaling's references give Describe no resource type, so they are granted on everything:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html and
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html

/** Groups, and what else a function has to see of them. */
export function readGroups(...more: readonly string[]): Grant {
  return {
    Sid: 'ReadGroups',
    Action: ['autoscaling:DescribeAutoScalingGroups', ...more],
    Resource: ['*'],
  };
}

/** The versions that groups launch from, and what their instances run. */
export const configurations = 'ec2:DescribeLaunchTemplateVersions';
export const instances = 'ec2:DescribeInstances';
export const refreshes = 'autoscaling:DescribeInstanceRefreshes';

export function readImages(): Grant {
  return { Sid: 'ReadImages', Action: ['ec2:DescribeImages'], Resource: ['*'] };
}

export function readRefreshes(): Grant {
  return {
    Sid: 'ReadRefreshes',
    Action: [refreshes],
    Resource: ['*'],
  };
}

/** AWS's public parameters belong to no account. */
export function readParameters({ region, account }: Place, parameters: readonly string[]): Grant {
  const own = parameters.filter((name) => !name.startsWith('/aws/service/'));
  return {
    Sid: 'ReadParameters',
    Action: ['ssm:GetParameter'],
    Resource: [
      pulumi.interpolate`arn:aws:ssm:${region}::parameter/aws/service/*`,
      ...own.map(
        (name) =>
          pulumi.interpolate`arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`,
      ),
    ],
  };
}

/** Their reference names the alarms; those of runs are not known yet. */
export function readAlarms({ region, account }: Place): Grant {
  return {
    Sid: 'ReadAlarms',
    Action: ['cloudwatch:DescribeAlarms'],
    Resource: [pulumi.interpolate`arn:aws:cloudwatch:${region}:${account}:alarm:*`],
  };
}

/** No resource types either: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
export function handTokensBack(): Grant {
  return { Sid: 'HandTokensBack', Action: ['states:SendTaskSuccess'], Resource: ['*'] };
}

export function changeTemplates(place: Place, Sid: string, ...Action: readonly string[]): Grant {
  return { Sid, Action, Resource: [templates(place)] };
}

export function refreshGroups(place: Place, groups: readonly string[]): Grant {
  return {
    Sid: 'RefreshGroups',
    Action: ['autoscaling:StartInstanceRefresh'],
    Resource: groups.map((name) => group(place, name)),
  };
}

/** What tasks that do not leave their instances lead to. */
export function endRefreshes(place: Place, groups: readonly string[]): Grant {
  return {
    Sid: 'EndRefreshes',
    Action: ['autoscaling:RollbackInstanceRefresh', 'autoscaling:CancelInstanceRefresh'],
    Resource: groups.map((name) => group(place, name)),
  };
}

/** What groups launch, and which of their instances may go; the bounds of a group not at all. */
export function arrangeGroups(place: Place, groups: readonly string[]): Grant[] {
  const Resource = groups.map((name) => group(place, name));
  return [
    {
      Sid: 'ConfigureGroups',
      Action: ['autoscaling:UpdateAutoScalingGroup'],
      Resource,
      Condition: withoutBounds,
    },
    { Sid: 'ProtectInstances', Action: ['autoscaling:SetInstanceProtection'], Resource },
  ];
}

/** The desired capacity, by scheduled actions only. */
export function planCapacity(place: Place, groups: readonly string[]): Grant[] {
  const Resource = groups.map((name) => group(place, name));
  return [
    {
      Sid: 'PlanCapacity',
      Action: ['autoscaling:PutScheduledUpdateGroupAction'],
      Resource,
      Condition: withoutBounds,
    },
    { Sid: 'CancelPlans', Action: ['autoscaling:DeleteScheduledAction'], Resource },
  ];
}

const withoutBounds = { Null: { 'autoscaling:MinSize': 'true', 'autoscaling:MaxSize': 'true' } };

/**
 * Whoever has a group launch something is asked for what the instances need:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
 */
export function launchFromTemplates(place: Place, instanceRoles: readonly string[]): Grant[] {
  const { region, account } = place;
  const owned = (type: string) => pulumi.interpolate`arn:aws:ec2:${region}:${account}:${type}/*`;
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateTagSpecificationRequest.html
  const tagged = ['instance', 'network-interface', 'spot-instances-request', 'volume'];
  const fromTemplate = { ArnLike: { 'ec2:LaunchTemplate': templates(place) } };
  return [
    {
      Sid: 'LaunchFromTemplates',
      Action: ['ec2:RunInstances'],
      Resource: [
        templates(place),
        pulumi.interpolate`arn:aws:ec2:${region}::image/*`,
        // Volumes of a template may be made of snapshots.
        pulumi.interpolate`arn:aws:ec2:${region}::snapshot/*`,
        ...[...tagged, 'key-pair', 'placement-group', 'security-group', 'subnet'].map(owned),
      ],
      Condition: fromTemplate,
    },
    {
      Sid: 'TagWhatIsLaunched',
      Action: ['ec2:CreateTags'],
      Resource: tagged.map(owned),
      Condition: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
    },
    ...(instanceRoles.length === 0
      ? []
      : [
          {
            Sid: 'PassInstanceRoles',
            Action: ['iam:PassRole'],
            Resource: instanceRoles.map(
              (name) => pulumi.interpolate`arn:aws:iam::${account}:role/${name}`,
            ),
            Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
          },
        ]),
  ];
}

/** Where their capacity comes from. */
export function readClusters(place: Place, clusters: readonly string[]): Grant[] {
  return [
    {
      Sid: 'ReadClusters',
      Action: ['ecs:DescribeClusters'],
      Resource: clusters.map((name) => cluster(place, name)),
    },
    {
      Sid: 'ReadCapacityProviders',
      Action: ['ecs:DescribeCapacityProviders'],
      Resource: [
        pulumi.interpolate`arn:aws:ecs:${place.region}:${place.account}:capacity-provider/*`,
      ],
    },
  ];
}

export function readServices(place: Place, clusters: readonly string[]): Grant[] {
  return [
    {
      Sid: 'ReadServices',
      Action: ['ecs:DescribeServices'],
      Resource: clusters.map((name) => within(place, 'service', name)),
    },
    {
      // It has no resource type, but a condition:
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
      Sid: 'ListServices',
      Action: ['ecs:ListServices'],
      Resource: ['*'],
      Condition: { ArnEquals: { 'ecs:cluster': clusters.map((name) => cluster(place, name)) } },
    },
  ];
}

export function readTasks(place: Place, clusters: readonly string[]): Grant[] {
  return [
    {
      Sid: 'ReadTasks',
      Action: ['ecs:DescribeTasks'],
      Resource: clusters.map((name) => within(place, 'task', name)),
    },
    {
      Sid: 'ListTasks',
      Action: ['ecs:ListTasks'],
      Resource: clusters.map((name) => within(place, 'container-instance', name)),
    },
  ];
}

export function readContainerInstances(place: Place, clusters: readonly string[]): Grant[] {
  return [
    {
      Sid: 'ListContainerInstances',
      Action: ['ecs:ListContainerInstances'],
      Resource: clusters.map((name) => cluster(place, name)),
    },
    {
      Sid: 'ReadContainerInstances',
      Action: ['ecs:DescribeContainerInstances'],
      Resource: clusters.map((name) => within(place, 'container-instance', name)),
    },
  ];
}

export function drainContainerInstances(place: Place, clusters: readonly string[]): Grant {
  return {
    Sid: 'DrainContainerInstances',
    Action: ['ecs:UpdateContainerInstancesState'],
    Resource: clusters.map((name) => within(place, 'container-instance', name)),
  };
}

function group({ region, account }: Place, name: string): pulumi.Output<string> {
  return pulumi.interpolate`arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`;
}

function templates({ region, account }: Place): pulumi.Output<string> {
  return pulumi.interpolate`arn:aws:ec2:${region}:${account}:launch-template/*`;
}

function cluster({ region, account }: Place, name: string): pulumi.Output<string> {
  return pulumi.interpolate`arn:aws:ecs:${region}:${account}:cluster/${name}`;
}

function within({ region, account }: Place, type: string, name: string): pulumi.Output<string> {
  return pulumi.interpolate`arn:aws:ecs:${region}:${account}:${type}/${name}/*`;
}
