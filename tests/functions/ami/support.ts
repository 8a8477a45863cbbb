import { toSettings, type GroupArgs } from '../../../components/ami/ami-rollout/arguments';
import { createHandler as createClaim, type ClaimEvent } from '../../../functions/ami/claim-group';
import { createHandler as createEnsureVersion } from '../../../functions/ami/ensure-version';
import {
  createHandler as createInspect,
  type InspectEvent,
} from '../../../functions/ami/inspect-group';
import {
  createHandler as createQueue,
  type QueueEvent,
  type QueueResult,
} from '../../../functions/ami/queue-groups';
import type { GroupSettings, RolloutSettings } from '../../../functions/ami/settings';
import {
  createHandler as createSurvey,
  type SurveyEvent,
} from '../../../functions/ami/survey-groups';
import { createHandler as createVetClusters } from '../../../functions/ami/vet-clusters';
import { createHandler as createVet } from '../../../functions/ami/vet-groups';
import { acquireLease, type Ledger } from '../../../functions/foundation/ledger';
import { readEstate } from '../../../rehearsal/estate';
import type { Json } from '../../../rehearsal/services/service';
import { emulateAccount, LEDGER_TABLE, type EmulatedAccount } from '../../support/emulated-clients';

export const ACCOUNT = '111122223333';
export const OLD = 'ami-00000000000000001';
export const NEW = 'ami-00000000000000002';
export const NEWER = 'ami-00000000000000003';
export const NEWEST = 'ami-00000000000000004';
/** Its instances boot, but fail their status checks. */
export const BAD = 'ami-0000000000000bad1';
export const START = '2026-02-01T12:00:00.000Z';

/** ARN and name of the run. */
export const EXECUTION = `arn:aws:states:eu-west-1:${ACCOUNT}:execution:rollout:run-1`;
export const RUN = 'run-1';

/** An account with Auto Scaling groups, and what the functions of a rollout are given. */
export interface Fleet {
  readonly account: EmulatedAccount;
  readonly ledger: Ledger;
  readonly dependencies: Json;
  /** Runs that are under way, besides the caller's. */
  readonly running: Set<string>;
  readonly group: (name?: string) => Promise<Json>;
  /** The versions of a launch template, the oldest first. */
  readonly versions: (template?: string) => Promise<Json[]>;
  /** Number of the default version. */
  readonly standing: (template?: string) => Promise<number>;
  /** The AMIs that the group's instances run, those on their way out left out. */
  readonly images: (name?: string) => Promise<string[]>;
  /** Makes the versions for an AMI and starts the refresh, as the workflow does. @returns its id */
  readonly deploy: (ami: string, options?: Deployment) => Promise<string>;
  readonly refresh: (name?: string) => Promise<Json>;
}

export interface Deployment {
  readonly group?: string;
  readonly attempt?: number;
  readonly settings?: GroupSettings;
  readonly execution?: string;
}

export function ami(ImageId: string, CreationDate: string, members: Json = {}): Json {
  return { ImageId, Name: `name-of-${ImageId}`, CreationDate, ...members };
}

/** A launch template with a version of each of the given data, the first of them the default. */
export function template(LaunchTemplateName: string, data: readonly Json[] = [{}]): Json {
  return {
    LaunchTemplateName,
    LaunchTemplateId: templateId(LaunchTemplateName),
    Versions: data.map((one) => ({
      LaunchTemplateData: { ImageId: OLD, InstanceType: 'm6i.large', ...one },
    })),
  };
}

export function templateId(name: string): string {
  return `lt-${Buffer.from(name).toString('hex').padStart(17, '0').slice(-17)}`;
}

/** A group of two instances of the first version of the template that has its name. */
export function group(AutoScalingGroupName: string, members: Json = {}): Json {
  const launchesOtherwise =
    members.MixedInstancesPolicy !== undefined || members.LaunchConfigurationName !== undefined;
  return {
    AutoScalingGroupName,
    MinSize: 0,
    MaxSize: 20,
    DesiredCapacity: 2,
    AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
    HealthCheckGracePeriod: 0,
    DefaultInstanceWarmup: 0,
    ...(launchesOtherwise
      ? {}
      : { LaunchTemplate: { LaunchTemplateName: AutoScalingGroupName, Version: '1' } }),
    ...members,
  };
}

/** Two types of instance, of which the second has a launch template of its own. */
export function mixedPolicy(name: string, other: string): Json {
  const specification = (LaunchTemplateName: string) => ({ LaunchTemplateName, Version: '1' });
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: specification(name),
      Overrides: [
        { InstanceType: 'm6i.large' },
        { InstanceType: 'r6i.large', LaunchTemplateSpecification: specification(other) },
      ],
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandPercentageAboveBaseCapacity: 100,
    },
  };
}

/** What the component tells the workflow of groups. */
export function settingsOf(
  groups: Readonly<Record<string, GroupArgs>>,
  others: Partial<RolloutSettings> = {},
): RolloutSettings {
  return { ...toSettings({ ledger: undefined as never, groups }), ...others };
}

export function groupSettings(group: GroupArgs = {}): GroupSettings {
  return settingsOf({ web: group }).groups['web'] as GroupSettings;
}

/** Claims the group `web` and looks at it, as the workflow does: what both functions say, the latter last. */
export async function claimGroup(
  dependencies: Json,
  event: Partial<ClaimEvent & Omit<InspectEvent, 'claim'>> = {},
): Promise<Json> {
  const given = {
    execution: EXECUTION,
    mode: 'rollout' as const,
    group: 'web',
    ami: NEW,
    createdAt: '',
    settings: groupSettings(),
    waitingSince: '',
    ...event,
  };
  const { execution, group, ami, ...others } = given;
  const claim = await createClaim(dependencies)({ execution, group, ami });
  if (claim.decision !== 'inspect') return claim;
  const inspect = createInspect({ startHours: 24, ...dependencies });
  return { ...claim, ...(await inspect({ ...others, group, claim })) };
}

/** Surveys groups and queues those that are to be moved, as the workflow does: what it goes on with. */
export async function surveyGroups(
  dependencies: Json,
  event: SurveyEvent & Pick<QueueEvent, 'notify' | 'reason'>,
): Promise<QueueResult> {
  const { settings, image } = event;
  const survey = await createSurvey(dependencies)(event);
  const vet = async (
    createHandler: typeof createVet | typeof createVetClusters,
    groups: readonly string[],
  ) =>
    groups.length === 0
      ? []
      : (await createHandler(dependencies)({ image, groups, settings })).groups;
  return createQueue(dependencies)({
    ...event,
    execution: EXECUTION,
    run: RUN,
    machine: `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:rollout`,
    survey,
    vetted: await vet(createVet, survey.behind),
    clusters: await vet(createVetClusters, survey.clustered),
  });
}

/** @param given parts of the estate; the groups and their templates are `web` unless given */
export function fleetOf(given: Json = {}): Fleet {
  const { groups = [group('web')], templates = [template('web')], images = [], ...others } = given;
  const account = emulateAccount(
    readEstate({
      account: ACCOUNT,
      region: 'eu-west-1',
      capturedAt: START,
      autoscaling: { groups },
      ec2: {
        images: [
          ami(OLD, '2025-11-01T00:00:00.000Z'),
          ami(NEW, '2026-01-10T00:00:00.000Z'),
          ami(NEWER, '2026-01-20T00:00:00.000Z'),
          ami(NEWEST, '2026-01-25T00:00:00.000Z'),
          ami(BAD, '2026-01-26T00:00:00.000Z'),
          ...images,
        ],
        launchTemplates: templates,
      },
      outcomes: [{ service: 'ec2', image: BAD, on: 'launch', result: 'UNHEALTHY' }],
      ...others,
    }),
  );
  const { autoscaling, ec2, now } = account;
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'rollout' };
  const running = new Set<string>();
  const sfn = {
    describeExecution: async ({ executionArn }: { readonly executionArn: string }) => ({
      status: running.has(executionArn) ? 'RUNNING' : 'ABORTED',
    }),
    listExecutions: async () => ({
      executions: [EXECUTION, ...running].map((executionArn) => ({ executionArn })),
    }),
  };
  const dependencies = { ...account, sfn, ledger, now };
  const ensureVersion = createEnsureVersion(dependencies);
  const versions = async (name = 'web') => {
    const answer = await ec2.describeLaunchTemplateVersions({ LaunchTemplateName: name });
    return [...answer.LaunchTemplateVersions].sort(
      (one: Json, other: Json) => one.VersionNumber - other.VersionNumber,
    );
  };
  const readGroup = async (name = 'web') => {
    const answer = await autoscaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] });
    return answer.AutoScalingGroups[0];
  };
  return {
    account,
    ledger,
    dependencies,
    running,
    group: readGroup,
    versions,
    standing: async (name) =>
      (await versions(name)).find(({ DefaultVersion }) => DefaultVersion)?.VersionNumber,
    images: async (name) => {
      const ids = (await readGroup(name)).Instances.filter(
        ({ LifecycleState }: Json) => LifecycleState === 'InService',
      ).map(({ InstanceId }: Json) => InstanceId);
      const answer = await ec2.describeInstances({
        Filters: [{ Name: 'instance-id', Values: ids }],
      });
      return answer.Reservations.flatMap(({ Instances }: Json) =>
        Instances.map(({ ImageId }: Json) => ImageId),
      );
    },
    deploy: async (image, options = {}) => {
      const { execution = EXECUTION, attempt = 1, settings = groupSettings() } = options;
      const name = options.group ?? 'web';
      await acquireLease(ledger, name, execution, async () => false, now());
      const event = { execution, group: name, ami: image, attempt, settings };
      const { desiredConfiguration, preferences } = await ensureVersion(event);
      const answer = await autoscaling.startInstanceRefresh({
        AutoScalingGroupName: name,
        Strategy: 'Rolling',
        DesiredConfiguration: desiredConfiguration,
        Preferences: preferences,
      });
      return answer.InstanceRefreshId;
    },
    refresh: async (name = 'web') => {
      const answer = await autoscaling.describeInstanceRefreshes({ AutoScalingGroupName: name });
      return answer.InstanceRefreshes[0];
    },
  };
}
