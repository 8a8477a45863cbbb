import { createHash } from 'node:crypto';
import type { DeployedResource, Json } from '../services/service';
import type { VirtualClock } from './clock';
import { delayOf } from '../faults';
import type { Cloud } from './cloud';
import { nextOccurrence } from './schedule-expression';

export interface SchedulesOptions {
  readonly clock: VirtualClock;
  readonly cloud: Cloud;
  /** Resources of type `aws:scheduler/schedule:Schedule`. */
  readonly schedules: readonly DeployedResource[];
  /** Whether EventBridge Scheduler may assume the role of a schedule. */
  readonly canAssume: (roleArn: string) => boolean;
}

interface Firing {
  readonly schedule: string;
  readonly at: number;
  readonly attempt: number;
  /** Whether a fault has made it late, or the second of two. It does so once: else there would be no end to it. */
  readonly disturbed?: true;
}

/**
 * EventBridge Scheduler: fires on time, in the schedule's own role, retries what fails and keeps what it cannot
 * deliver in the dead-letter queue. https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
 */
export class Schedules {
  private readonly schedules: ReadonlyMap<string, DeployedResource>;
  private readonly createdAt: number;

  constructor(private readonly options: SchedulesOptions) {
    this.schedules = new Map(options.schedules.map((schedule) => [schedule.name, schedule]));
    this.createdAt = options.clock.now;
    options.clock.on('schedule', (firing: Firing) => {
      this.arm(firing.schedule, firing.at);
      this.fire(firing);
    });
    options.clock.on('schedule-again', (firing: Firing) => this.fire(firing));
    for (const schedule of options.schedules) this.arm(schedule.name, options.clock.now);
  }

  private arm(name: string, after: number): void {
    const inputs = this.schedules.get(name)?.inputs;
    if (inputs.state === 'DISABLED') return;
    if (inputs.flexibleTimeWindow?.mode !== 'OFF') {
      throw new Error(
        `Schedule ${name}: a flexible time window is not implemented; set its mode to OFF.`,
      );
    }
    for (const unknown of ['startDate', 'endDate'] as const) {
      if (inputs[unknown] === undefined) continue;
      throw new Error(`Schedule ${name}: ${unknown} is not implemented.`);
    }
    const at = nextOccurrence(
      inputs.scheduleExpression,
      inputs.scheduleExpressionTimezone ?? 'UTC',
      after,
      this.createdAt,
    );
    if (at === undefined) return;
    this.options.clock.schedule(at, { kind: 'schedule', data: { schedule: name, at, attempt: 0 } });
  }

  private fire(firing: Firing): void {
    const inputs = this.schedules.get(firing.schedule)?.inputs;
    const target = inputs.target;
    const caller = `schedule:${firing.schedule}`;
    if (!this.options.canAssume(target.roleArn)) {
      this.options.cloud.denied.push({
        principal: 'scheduler.amazonaws.com',
        action: 'sts:AssumeRole',
        resource: target.roleArn,
        reason: 'The trust policy of the role does not let EventBridge Scheduler assume it.',
      });
      return;
    }
    if (!/^arn:[^:]+:states:[^:]+:\d+:stateMachine:/.test(target.arn)) {
      throw new Error(`Schedule ${firing.schedule}: the target ${target.arn} is not implemented.`);
    }
    const answer = this.options.cloud.call({
      service: 'states',
      operation: 'StartExecution',
      input: {
        stateMachineArn: target.arn,
        input: this.fillIn(target.input ?? '{}', firing),
      },
      principal: { roleArn: target.roleArn },
      caller,
    });
    const { fault } = answer;
    if (fault?.kind === 'lostEvent') return;
    const disturbs = fault?.kind === 'duplicateEvent' || fault?.kind === 'lateEvent';
    if (disturbs && firing.disturbed !== true) {
      return this.again({ ...firing, disturbed: true }, firing.attempt, delayOf(fault));
    }
    if ('output' in answer) return;
    this.retry(firing, target, caller, 'error' in answer ? answer.error.code : 'Timeout');
  }

  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
  private fillIn(input: string, { schedule, at, attempt }: Firing): string {
    const values: Readonly<Record<string, string>> = {
      'schedule-arn': this.schedules.get(schedule)?.outputs.arn,
      'scheduled-time': new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
      // Of each attempt its own; sixteen hexadecimal digits, as in the example of the page above.
      'execution-id': createHash('sha256')
        .update(`${schedule} ${at} ${attempt} ${this.options.clock.now}`)
        .digest('hex')
        .slice(0, 16),
      'attempt-number': String(attempt + 1),
    };
    return input.replace(/<aws\.scheduler\.([^<>]*)>/g, (keyword, name: string) => {
      const value = values[name];
      if (value !== undefined) return value;
      const known = Object.keys(values).join(', ');
      throw new Error(`Schedule ${schedule}: ${keyword} is unknown to AWS; known are ${known}.`);
    });
  }

  private again(firing: Firing, attempt: number, delay: number): void {
    const { clock } = this.options;
    clock.schedule(clock.now + delay, { kind: 'schedule-again', data: { ...firing, attempt } });
  }

  /** Exponential backoff from a minute; AWS does not publish its own. */
  private retry(firing: Firing, target: Json, caller: string, reason: string): void {
    const { clock, cloud } = this.options;
    const policy = target.retryPolicy ?? {};
    const attempt = firing.attempt + 1;
    const delay = Math.min(3_600_000, 60_000 * 2 ** firing.attempt);
    const oldest = firing.at + (policy.maximumEventAgeInSeconds ?? 86_400) * 1000;
    if (attempt <= (policy.maximumRetryAttempts ?? 185) && clock.now + delay <= oldest) {
      return this.again(firing, attempt, delay);
    }
    if (target.deadLetterConfig?.arn === undefined) return;
    cloud.call({
      service: 'sqs',
      operation: 'SendMessage',
      input: {
        QueueUrl: target.deadLetterConfig.arn,
        MessageBody: target.input ?? '{}',
        MessageAttributes: { ERROR_CODE: { DataType: 'String', StringValue: reason } },
      },
      principal: { roleArn: target.roleArn },
      caller,
    });
  }
}
