import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { refuseArguments } from '../../foundation/argument-error';
import { EventTrigger } from '../../foundation/event-trigger';
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
import { createFunctions } from './functions';
import { endRefreshes, handTokensBack, launchFromTemplates, refreshGroups } from './permissions';
import { refreshEnded } from './wake-up';

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
    const withTasks = refreshed.filter((group) => args.groups[group]?.ecs !== undefined);

    const notifier = new Notifier(
      `${name}-notifier`,
      { ledger, workflow: name, ...(args.email === undefined ? {} : { email: args.email }) },
      parent,
    );
    const functions = createFunctions(name, { args, settings, place, notifier }, parent);
    const workflow = new Workflow(
      name,
      {
        description: 'Moves Auto Scaling groups to an AMI',
        functions: {
          ...functions,
          alert: notifier.alert,
          report: notifier.reportRun,
          deliver: notifier.deliver,
        },
        definition: (arns) =>
          ledger.tableName.apply((table) =>
            defineRollout(arns, {
              rollout: settings,
              timeoutSeconds: longestRunDays * 86_400,
              place: { table, workflow: name },
            }),
          ),
        grants: [
          ledger.grant('LeaveTokens', 'GetItem', 'UpdateItem'),
          handTokensBack(),
          ...(refreshed.length === 0
            ? []
            : [refreshGroups(place, refreshed), ...launchFromTemplates(place, instanceRoles)]),
          ...(withTasks.length === 0 ? [] : [endRefreshes(place, withTasks)]),
        ],
        runsChildren: true,
        ledger,
        notifier,
        longestRunDays,
      },
      parent,
    );
    for (const reader of [functions.queue, functions.followUp]) {
      reader.allowLater('runs', [listRuns(workflow.arn)]);
    }
    functions.claim.allowLater('runs', [describeRuns(executionsOf(workflow.arn))]);
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
    new EventTrigger(
      `${name}-refresh-ended`,
      {
        description: 'An instance refresh has ended: a run that waits for it looks at once',
        pattern: refreshEnded(groups),
        target: workflow.arn,
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
