import type { Json } from '../services/service';
import type { Estate } from './types';

/** What the ECS part of an estate is read with. */
export type EcsContext = Pick<Estate, 'account' | 'region' | 'capturedAt' | 'autoscaling' | 'ec2'>;

export function arnOf({ region, account }: EcsContext, type: string, name: string): string {
  return `arn:aws:ecs:${region}:${account}:${type}/${name}`;
}

export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

export function clusterArn(given: string, context: EcsContext): string {
  return arnOf(context, 'cluster', lastPart(given));
}

export function definitionArn(given: string, context: EcsContext): string {
  return given.startsWith('arn:') ? given : arnOf(context, 'task-definition', given);
}

export function definitionName({ taskDefinitionArn, family, revision = 1 }: Json): string {
  return taskDefinitionArn ?? `${family}:${revision}`;
}

/** Groups are given by ARN or by name, as AWS takes them. */
export function groupOf(given: string, { autoscaling }: EcsContext): Json {
  return autoscaling.groups.find(
    ({ AutoScalingGroupARN, AutoScalingGroupName }) =>
      given === AutoScalingGroupARN || given === AutoScalingGroupName,
  );
}
