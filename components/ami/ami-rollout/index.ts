import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { factory as claimGroup } from '../../../functions/ami/claim-group';
import { factory as commitGroup } from '../../../functions/ami/commit-group';
import { factory as ensureVersion } from '../../../functions/ami/ensure-version';
import { factory as followUpRuns } from '../../../functions/ami/follow-up';
import { factory as inspectGroup } from '../../../functions/ami/inspect-group';
import { factory as openWave } from '../../../functions/ami/open-wave';
import { factory as readyCluster } from '../../../functions/ami/ready-cluster';
import { factory as resolveImage } from '../../../functions/ami/resolve-image';
import { factory as scaleGroup } from '../../../functions/ami/scale-group';
import { factory as settleGroup } from '../../../functions/ami/settle-group';
import { factory as surveyGroups } from '../../../functions/ami/survey-groups';
import { factory as tendCluster } from '../../../functions/ami/tend-cluster';
import { factory as undoGroup } from '../../../functions/ami/undo-group';
import { factory as watchRefresh } from '../../../functions/ami/watch-refresh';
import { refuseArguments } from '../../foundation/argument-error';
import { InlineFunction, type InlineFunctionArgs } from '../../foundation/inline-function';
import { Notifier } from '../../foundation/notifier';
import { describeRuns, executionsOf, listRuns } from '../../foundation/run-grants';
import { Schedule } from '../../foundation/schedule';
import { parseSchedule } from '../../foundation/schedule-time';
import { Workflow } from '../../foundation/workflow';
import {
  checkArguments,
  defaultSchedule,
  followedBy,
  toSettings,
  type AmiRolloutArgs,
} from './arguments';
import { defineRollout } from './definition';
import {
  changeTemplates,
  configurations,
  drainContainerInstances,
  instances,
  launchFromTemplates,
  readAlarms,
  readClusters,
  readContainerInstances,
  readGroups,
  readImages,
  readParameters,
  readRefreshes,
  readScaling,
  refreshes,
  refreshGroups,
  scaleGroups,
} from './permissions';

export type { AmiRolloutArgs, EcsArgs, FollowArgs, GroupArgs } from './arguments';

/**
 * Moves Auto Scaling groups to an AMI: one engine, whoever asks. Start its workflow with the AMI or the parameter that
 * holds it, the groups and the reason (`functions/ami/rollout-input.ts`), or have it follow parameters.
 *
 * @example
 * new AmiRollout('ami-rollout', {
 *   ledger,
 *   groups: { web: {}, apps: { ecs: { cluster: 'apps' } } },
 *   follow: [{ name: 'linux', parameter: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64' }],
 * });
 */
export class AmiRollout extends pulumi.ComponentResource {
  /** Start it with the input that `functions/ami/rollout-input.ts` describes. */
  readonly workflowArn: pulumi.Output<string>;
  /** Carries one message for each run that did or tried something. */
  readonly topicArn: pulumi.Output<string>;
  /** The groups that it may move, by name. */
  readonly groups: readonly string[];
  /** Those of them that follow a parameter by themselves. */
  readonly followingGroups: readonly string[];

  constructor(name: string, args: AmiRolloutArgs, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:ami:AmiRollout', name, {}, opts);
    refuseArguments('AmiRollout', name, checkArguments(args));
    const parent = { parent: this };
    const { ledger, follow = [], instanceRoles = [] } = args;
    const settings = toSettings(args);
    const account = aws.getCallerIdentityOutput().accountId;
    const region = aws.getRegionOutput().region;
    const place = { region, account };
    const groups = Object.keys(args.groups);
    const scaled = groups.filter((group) => args.groups[group]?.strategy === 'scheduledActions');
    const refreshed = groups.filter((group) => !scaled.includes(group));
    const clusters = [
      ...new Set(Object.values(args.groups).flatMap(({ ecs }) => ecs?.cluster ?? [])),
    ];
    const parameters = [
      ...new Set([...(args.parameters ?? []), ...follow.map(({ parameter }) => parameter)]),
    ];

    const notifier = new Notifier(
      `${name}-notifier`,
      { ledger, workflow: name, ...(args.email === undefined ? {} : { email: args.email }) },
      parent,
    );
    const createFunction = (role: string, given: InlineFunctionArgs) =>
      new InlineFunction(`${name}-${role}`, given, parent);

    const resolve = createFunction('resolve-image', {
      description: 'Says which AMI is rolled out to which groups',
      factory: resolveImage,
      environment: { ACCOUNT: account },
      grants: [readImages(), readParameters(place, parameters)],
    });
    const survey = createFunction('survey-groups', {
      description: 'Compares the groups with the AMI',
      factory: surveyGroups,
      environment: notifier.ledgerEnvironment,
      grants: [
        readGroups(configurations, instances, 'ec2:DescribeImages'),
        ledger.grant('WriteQueue', 'GetItem', 'Query', 'UpdateItem'),
      ],
      timeoutSeconds: 900,
    });
    const followUp = createFunction('follow-up', {
      description: 'Finds what earlier runs left unfinished; stops or approves those that run',
      factory: followUpRuns,
      environment: notifier.ledgerEnvironment,
      grants: [ledger.grant('FindUnfinished', 'GetItem', 'Query', 'UpdateItem')],
      timeoutSeconds: 900,
    });
    const open = createFunction('open-wave', {
      description: 'Decides whether the next wave may go',
      factory: openWave,
      environment: notifier.ledgerEnvironment,
      grants: [readAlarms(place), ledger.grant('ReadOutcomes', 'GetItem', 'Query', 'UpdateItem')],
    });
    const claim = createFunction('claim-group', {
      description: 'Takes the lease of a group',
      factory: claimGroup,
      environment: notifier.ledgerEnvironment,
      grants: [ledger.grant('TakeLease', 'GetItem', 'UpdateItem')],
    });
    const inspect = createFunction('inspect-group', {
      description: 'Looks at what was begun with a group, by us or by others',
      factory: inspectGroup,
      environment: { START_HOURS: String(settings.startHours) },
      grants: [readGroups(configurations, instances, refreshes, 'ec2:DescribeImages')],
    });
    const version = createFunction('ensure-version', {
      description: 'Makes the launch template versions that a rollout needs',
      factory: ensureVersion,
      environment: notifier.ledgerEnvironment,
      grants: [
        readGroups(configurations, 'ec2:DescribeImages'),
        changeTemplates(place, 'CreateVersions', 'ec2:CreateLaunchTemplateVersion'),
        ledger.grant('WriteIntent', 'UpdateItem'),
      ],
    });
    const watch = createFunction('watch-refresh', {
      description: 'Looks how far an instance refresh is',
      factory: watchRefresh,
      environment: { FINISH_HOURS: String(settings.finishHours) },
      grants: [readRefreshes()],
    });
    const scale = createFunction('scale-group', {
      description: 'Moves groups by scheduled actions',
      factory: scaleGroup,
      environment: {
        ...notifier.ledgerEnvironment,
        FINISH_HOURS: String(settings.finishHours),
      },
      grants:
        scaled.length === 0
          ? []
          : [
              readGroups(configurations, instances, ...readScaling),
              ...scaleGroups(place, scaled),
              ...launchFromTemplates(place, instanceRoles),
              ledger.grant('RememberScaling', 'GetItem', 'UpdateItem'),
            ],
    });
    const commit = createFunction('commit-group', {
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
    });
    const undo = createFunction('undo-group', {
      description: 'Deletes the versions of a rollout that came to nothing',
      factory: undoGroup,
      grants: [
        readGroups(configurations, instances, refreshes),
        changeTemplates(place, 'DeleteVersions', 'ec2:DeleteLaunchTemplateVersions'),
      ],
    });
    const settle = createFunction('settle-group', {
      description: 'Records what became of a group',
      factory: settleGroup,
      environment: { ...notifier.ledgerEnvironment, ATTEMPTS: String(settings.attempts) },
      grants: [ledger.grant('RecordOutcome', 'GetItem', 'UpdateItem')],
    });
    const ready = createFunction('ready-cluster', {
      description: 'Looks whether the tasks of a cluster can leave a group unharmed',
      factory: readyCluster,
      grants:
        clusters.length === 0
          ? []
          : [
              readGroups(instances, 'autoscaling:DescribeLifecycleHooks'),
              ...readClusters(place, clusters),
            ],
    });
    const tend = createFunction('tend-cluster', {
      description: 'Drains the old instances of a cluster at once, or makes them active again',
      factory: tendCluster,
      environment: notifier.ledgerEnvironment,
      grants:
        clusters.length === 0
          ? []
          : [
              readGroups(instances, refreshes),
              ...readContainerInstances(place, clusters),
              drainContainerInstances(place, clusters),
              ledger.grant('RememberDrained', 'GetItem', 'UpdateItem'),
            ],
    });
    const workflow = new Workflow(
      name,
      {
        description: 'Moves Auto Scaling groups to an AMI',
        functions: {
          resolve,
          survey,
          followUp,
          openWave: open,
          claim,
          inspect,
          ready,
          version,
          watch,
          scale,
          tend,
          commit,
          undo,
          settle,
          alert: notifier.alert,
          report: notifier.reportRun,
          deliver: notifier.deliver,
        },
        definition: (arns) =>
          defineRollout(arns, { rollout: settings, timeoutSeconds: longestRunDays * 86_400 }),
        grants: [
          ...(refreshed.length === 0
            ? []
            : [refreshGroups(place, refreshed), ...launchFromTemplates(place, instanceRoles)]),
        ],
        runsChildren: true,
        ledger,
        notifier,
        longestRunDays,
      },
      parent,
    );
    for (const reader of [survey, followUp]) reader.allowLater('runs', [listRuns(workflow.arn)]);
    claim.allowLater('runs', [describeRuns(executionsOf(workflow.arn))]);
    for (const { name: source, parameter, ...given } of follow) {
      new Schedule(
        `${name}-follow-${source}`,
        {
          description: `Moves groups to the AMI that ${parameter} names`,
          expression: parseSchedule(given.schedule ?? defaultSchedule),
          timeZone: given.timeZone ?? 'UTC',
          target: workflow.arn,
          input: {
            parameter,
            ...(given.waves === undefined ? {} : { waves: given.waves }),
            ...(given.notifyWhenCurrent === true ? { notifyWhenCurrent: true } : {}),
            trigger: 'schedule',
          },
        },
        parent,
      );
    }
    new Schedule(
      `${name}-daily`,
      {
        description: 'Follows up what an earlier run left unfinished; starts nothing new',
        expression: 'cron(30 6 * * ? *)',
        timeZone: args.timeZone ?? 'UTC',
        target: workflow.arn,
        input: { mode: 'reconcile', trigger: 'reconciler' },
      },
      parent,
    );

    this.workflowArn = workflow.arn;
    this.topicArn = notifier.topicArn;
    this.groups = groups;
    this.followingGroups = follow.flatMap((source) => followedBy(source, args.groups));
    this.registerOutputs({ workflowArn: this.workflowArn, topicArn: this.topicArn });
  }
}

/** Waves, soaks and approvals together; a year is the most that an execution can take. */
const longestRunDays = 120;
