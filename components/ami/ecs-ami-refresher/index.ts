import * as crypto from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import { refuseArguments } from '../../foundation/argument-error';
import { Schedule } from '../../foundation/schedule';
import { parseSchedule } from '../../foundation/schedule-time';
import { defaultSchedule } from '../ami-rollout/arguments';
import { checkArguments, defaultParameter, type EcsAmiRefresherArgs } from './arguments';

export type { EcsAmiRefresherArgs, EcsClusterArgs } from './arguments';
export { ecsGroups } from './arguments';

/**
 * Keeps the container instances of ECS clusters on the newest AMI: looks every day at the parameter that names it, and
 * has the rollout move the Auto Scaling groups of the cluster, with its tasks, when there is a newer one.
 *
 * @example
 * const clusters = [{ cluster: 'apps', groups: ['apps'] }];
 * const rollout = new AmiRollout('ami-rollout', { ledger, groups: ecsGroups(clusters) });
 * new EcsAmiRefresher('ecs-ami-refresher', { rollout, clusters });
 */
export class EcsAmiRefresher extends pulumi.ComponentResource {
  /** The rollout's, which does the work. */
  readonly workflowArn: pulumi.Output<string>;

  constructor(name: string, args: EcsAmiRefresherArgs, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:ami:EcsAmiRefresher', name, {}, opts);
    refuseArguments('EcsAmiRefresher', name, checkArguments(args));
    const { rollout } = args;
    for (const cluster of args.clusters) {
      const parameter = cluster.parameter ?? defaultParameter;
      new Schedule(
        `${name}-${shorten(cluster.cluster)}`,
        {
          description: `Moves the container instances of ${cluster.cluster} to the AMI that ${parameter} names`,
          expression: parseSchedule(cluster.schedule ?? defaultSchedule),
          timeZone: cluster.timeZone ?? 'UTC',
          target: rollout.workflowArn,
          input: {
            parameter,
            groups: cluster.groups,
            ...(cluster.notifyWhenCurrent === true ? { notifyWhenCurrent: true } : {}),
            trigger: 'schedule',
          },
        },
        { parent: this },
      );
    }
    this.workflowArn = rollout.workflowArn;
    this.registerOutputs({ workflowArn: this.workflowArn });
  }
}

/**
 * A cluster's name in that of its schedule, which must not be longer than 64 with all that is added to it:
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */
function shorten(cluster: string): string {
  if (cluster.length <= 28) return cluster;
  const hash = crypto.createHash('sha256').update(cluster).digest('hex');
  return `${cluster.slice(0, 20)}-${hash.slice(0, 7)}`;
}
