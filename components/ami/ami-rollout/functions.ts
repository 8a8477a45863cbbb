import type * as pulumi from '@pulumi/pulumi';
import { factory as arrangeGroup } from '../../../functions/ami/arrange-group';
import { factory as awaitInstances } from '../../../functions/ami/await-instances';
import { factory as beginScaling } from '../../../functions/ami/begin-scaling';
import { factory as changeCapacity } from '../../../functions/ami/change-capacity';
import { factory as claimGroup } from '../../../functions/ami/claim-group';
import { factory as commitGroup } from '../../../functions/ami/commit-group';
import { factory as ensureVersion } from '../../../functions/ami/ensure-version';
import { factory as followUpRuns } from '../../../functions/ami/follow-up';
import { factory as inspectGroup } from '../../../functions/ami/inspect-group';
import { factory as openWave } from '../../../functions/ami/open-wave';
import { factory as queueGroups } from '../../../functions/ami/queue-groups';
import { factory as readyCluster } from '../../../functions/ami/ready-cluster';
import { factory as resolveImage } from '../../../functions/ami/resolve-image';
import { factory as settleGroup } from '../../../functions/ami/settle-group';
import { factory as surveyGroups } from '../../../functions/ami/survey-groups';
import { factory as tendCluster } from '../../../functions/ami/tend-cluster';
import { factory as undoGroup } from '../../../functions/ami/undo-group';
import { factory as vetClusters } from '../../../functions/ami/vet-clusters';
import { factory as vetGroups } from '../../../functions/ami/vet-groups';
import { factory as watchRefresh } from '../../../functions/ami/watch-refresh';
import type { RolloutSettings } from '../../../functions/ami/settings';
import { InlineFunction, type InlineFunctionArgs } from '../../foundation/inline-function';
import type { Grant } from '../../foundation/policy-document';
import type { Notifier } from '../../foundation/notifier';
import type { AmiRolloutArgs } from './arguments';
import type { RolloutFunction } from './one-group';
import {
  arrangeGroups,
  changeTemplates,
  configurations,
  drainContainerInstances,
  instances,
  launchFromTemplates,
  planCapacity,
  readAlarms,
  readClusters,
  readContainerInstances,
  readGroups,
  readImages,
  readParameters,
  readRefreshes,
  readServices,
  readTasks,
  refreshes,
  type Place,
} from './permissions';

/** What the functions of a rollout are made of. */
export interface FunctionsArgs {
  readonly args: AmiRolloutArgs;
  readonly settings: RolloutSettings;
  readonly place: Place;
  readonly notifier: Notifier;
}

/** The functions that the workflow calls besides those of the notifier, each with a role of its own. */
export function createFunctions(
  name: string,
  { args, settings, place, notifier }: FunctionsArgs,
  opts: pulumi.ComponentResourceOptions,
): Record<Exclude<RolloutFunction, 'alert' | 'report' | 'deliver'>, InlineFunction> {
  const { ledger, follow = [], instanceRoles = [] } = args;
  const groups = Object.entries(args.groups);
  const scaled = groups.flatMap(([group, { strategy }]) =>
    strategy === 'scheduledActions' ? [group] : [],
  );
  const clusters = [...new Set(groups.flatMap(([, { ecs }]) => ecs?.cluster ?? []))];
  const parameters = [
    ...new Set([...(args.parameters ?? []), ...follow.map(({ parameter }) => parameter)]),
  ];
  const scaling = { ...notifier.ledgerEnvironment, FINISH_HOURS: String(settings.finishHours) };
  const rememberScaling = ledger.grant('RememberScaling', 'GetItem', 'UpdateItem');
  // Nothing that none of the groups asks for.
  const ifAny = (who: readonly string[], ...grants: readonly Grant[]) =>
    who.length === 0 ? [] : grants;
  const createFunction = (role: string, given: InlineFunctionArgs) =>
    new InlineFunction(`${name}-${role}`, given, opts);
  return {
    resolve: createFunction('resolve-image', {
      description: 'Says which AMI is rolled out to which groups',
      factory: resolveImage,
      environment: { ACCOUNT: place.account },
      grants: [readImages(), readParameters(place, parameters)],
    }),
    survey: createFunction('survey-groups', {
      description: 'Compares the groups with the AMI',
      factory: surveyGroups,
      environment: notifier.ledgerEnvironment,
      grants: [
        readGroups(configurations, instances, 'ec2:DescribeImages'),
        ledger.grant('ReadAttempts', 'GetItem'),
      ],
      timeoutSeconds: 900,
    }),
    vet: createFunction('vet-groups', {
      description: 'Looks for what is in the way of moving groups',
      factory: vetGroups,
      grants: [readGroups(configurations, instances, 'ec2:DescribeImages')],
      timeoutSeconds: 900,
    }),
    vetClusters: createFunction('vet-clusters', {
      description: 'Looks for what would keep tasks of clusters from leaving their groups',
      factory: vetClusters,
      grants: ifAny(
        clusters,
        readGroups('autoscaling:DescribeLifecycleHooks'),
        ...readClusters(place, clusters),
        ...readServices(place, clusters),
      ),
      timeoutSeconds: 900,
    }),
    queue: createFunction('queue-groups', {
      description: 'Writes down which groups a run takes, and why it leaves the others',
      factory: queueGroups,
      environment: notifier.ledgerEnvironment,
      grants: [ledger.grant('WriteQueue', 'GetItem', 'Query', 'UpdateItem')],
      timeoutSeconds: 300,
    }),
    followUp: createFunction('follow-up', {
      description: 'Finds what earlier runs left unfinished; stops or approves those that run',
      factory: followUpRuns,
      environment: notifier.ledgerEnvironment,
      grants: [ledger.grant('FindUnfinished', 'GetItem', 'Query', 'UpdateItem')],
      timeoutSeconds: 900,
    }),
    openWave: createFunction('open-wave', {
      description: 'Decides whether the next wave may go',
      factory: openWave,
      environment: notifier.ledgerEnvironment,
      grants: [readAlarms(place), ledger.grant('ReadOutcomes', 'GetItem', 'Query', 'UpdateItem')],
    }),
    claim: createFunction('claim-group', {
      description: 'Takes the lease of a group',
      factory: claimGroup,
      environment: notifier.ledgerEnvironment,
      grants: [ledger.grant('TakeLease', 'GetItem', 'UpdateItem')],
    }),
    inspect: createFunction('inspect-group', {
      description: 'Looks at what was begun with a group, by us or by others',
      factory: inspectGroup,
      environment: { START_HOURS: String(settings.startHours) },
      grants: [readGroups(configurations, instances, refreshes, 'ec2:DescribeImages')],
    }),
    version: createFunction('ensure-version', {
      description: 'Makes the launch template versions that a rollout needs',
      factory: ensureVersion,
      environment: notifier.ledgerEnvironment,
      grants: [
        readGroups(configurations, 'ec2:DescribeImages'),
        changeTemplates(place, 'CreateVersions', 'ec2:CreateLaunchTemplateVersion'),
        ledger.grant('WriteIntent', 'UpdateItem'),
      ],
    }),
    watch: createFunction('watch-refresh', {
      description: 'Looks how far an instance refresh is',
      factory: watchRefresh,
      environment: { FINISH_HOURS: String(settings.finishHours) },
      grants: [readRefreshes()],
    }),
    beginScaling: createFunction('begin-scaling', {
      description: 'Begins to move groups by scheduled actions',
      factory: beginScaling,
      environment: notifier.ledgerEnvironment,
      grants: ifAny(scaled, readGroups(instances, refreshes), rememberScaling),
    }),
    arrangeGroup: createFunction('arrange-group', {
      description: 'Changes what groups launch, and which of their instances go',
      factory: arrangeGroup,
      environment: scaling,
      grants: ifAny(
        scaled,
        readGroups(instances, refreshes),
        ...arrangeGroups(place, scaled),
        ...launchFromTemplates(place, instanceRoles),
        rememberScaling,
      ),
    }),
    changeCapacity: createFunction('change-capacity', {
      description: 'Changes the capacity of groups by scheduled actions',
      factory: changeCapacity,
      environment: scaling,
      grants: ifAny(
        scaled,
        readGroups(instances, refreshes, 'autoscaling:DescribeScheduledActions'),
        ...planCapacity(place, scaled),
        rememberScaling,
      ),
    }),
    awaitInstances: createFunction('await-instances', {
      description: 'Waits until new instances are ready',
      factory: awaitInstances,
      environment: scaling,
      grants: ifAny(
        scaled,
        readGroups(
          instances,
          refreshes,
          'autoscaling:DescribeScalingActivities',
          'ec2:DescribeInstanceStatus',
        ),
        rememberScaling,
      ),
    }),
    commit: createFunction('commit-group', {
      description: 'Moves the default version, and deletes old ones that nothing uses',
      factory: commitGroup,
      grants: [
        readGroups(configurations, instances, refreshes),
        changeTemplates(
          place,
          'MoveDefaultAndPrune',
          'ec2:ModifyLaunchTemplate',
          'ec2:DeleteLaunchTemplateVersions',
        ),
      ],
    }),
    undo: createFunction('undo-group', {
      description: 'Deletes the versions of a rollout that came to nothing',
      factory: undoGroup,
      grants: [
        readGroups(configurations, instances, refreshes),
        changeTemplates(place, 'DeleteVersions', 'ec2:DeleteLaunchTemplateVersions'),
      ],
    }),
    settle: createFunction('settle-group', {
      description: 'Records what became of a group',
      factory: settleGroup,
      environment: { ...notifier.ledgerEnvironment, ATTEMPTS: String(settings.attempts) },
      grants: [ledger.grant('RecordOutcome', 'GetItem', 'UpdateItem')],
    }),
    ready: createFunction('ready-cluster', {
      description: 'Looks whether the tasks of a cluster can leave a group unharmed',
      factory: readyCluster,
      grants: ifAny(
        clusters,
        readGroups(instances, 'autoscaling:DescribeLifecycleHooks'),
        ...readClusters(place, clusters),
        ...readContainerInstances(place, clusters),
        ...readTasks(place, clusters),
      ),
    }),
    tend: createFunction('tend-cluster', {
      description: 'Drains the old instances of a cluster at once, or makes them active again',
      factory: tendCluster,
      environment: notifier.ledgerEnvironment,
      grants: ifAny(
        clusters,
        readGroups(instances, refreshes),
        ...readContainerInstances(place, clusters),
        drainContainerInstances(place, clusters),
        ledger.grant('RememberDrained', 'GetItem', 'UpdateItem'),
      ),
    }),
  };
}
