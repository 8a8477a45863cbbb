import type { BusEvent, DeployedResource, Json } from '../services/service';
import { delayOf } from '../faults';
import type { VirtualClock } from './clock';
import type { Cloud } from './cloud';
import { matchesPattern } from './event-pattern';
import type { Trace } from './trace';

export interface EventBusOptions {
  readonly clock: VirtualClock;
  readonly cloud: Cloud;
  readonly trace: Trace;
  readonly account: string;
  readonly region: string;
  /** Resources of type `aws:cloudwatch/eventRule:EventRule`. */
  readonly rules: readonly DeployedResource[];
  /** Resources of type `aws:cloudwatch/eventTarget:EventTarget`. */
  readonly targets: readonly DeployedResource[];
  /** Whether EventBridge may assume the role of a target. */
  readonly canAssume: (roleArn: string) => boolean;
}

interface Delivery {
  readonly target: string;
  readonly event: Json;
  readonly at: number;
  readonly attempt: number;
  /** Whether a fault has made it late, or the second of two. It does so once: else there would be no end to it. */
  readonly disturbed?: true;
}

/** Delivery takes about half a second: https://aws.amazon.com/blogs/compute/introducing-amazon-eventbridge-latency-improvements/ */
const deliveryMilliseconds = 500;

/** The account's default event bus: rules, targets, retries and dead letters. */
export class EventBus {
  private readonly targets: ReadonlyMap<string, DeployedResource>;
  /** Events counted so far, for their ids. */
  emitted = 0;

  constructor(private readonly options: EventBusOptions) {
    this.targets = new Map(options.targets.map((target) => [target.name, target]));
    for (const rule of options.rules) {
      if (rule.inputs.scheduleExpression !== undefined) {
        throw new Error(
          `Rule ${rule.name}: schedules of rules are not implemented; use a Schedule.`,
        );
      }
    }
    options.clock.on('event-delivery', (delivery: Delivery) => this.deliver(delivery));
  }

  emit(event: BusEvent): void {
    const { account, region, clock, trace } = this.options;
    const at = new Date(clock.now).toISOString();
    this.emitted += 1;
    const whole = {
      version: '0',
      id: `00000000-0000-4000-8000-${String(this.emitted).padStart(12, '0')}`,
      account,
      region,
      time: at.replace(/\.\d+Z$/, 'Z'),
      ...event,
    };
    const rules = this.options.rules.filter(
      (rule) =>
        rule.inputs.state !== 'DISABLED' &&
        matchesPattern(JSON.parse(rule.inputs.eventPattern), whole),
    );
    trace.events.push({
      at,
      source: event.source,
      detailType: event['detail-type'],
      detail: event.detail,
      rules: rules.map((rule) => rule.name),
    });
    for (const rule of rules) {
      for (const target of this.options.targets) {
        if (target.inputs.rule !== rule.outputs.name) continue;
        this.schedule(
          { target: target.name, event: whole, at: clock.now, attempt: 0 },
          deliveryMilliseconds,
        );
      }
    }
  }

  private schedule(delivery: Delivery, delay: number): void {
    this.options.clock.schedule(this.options.clock.now + delay, {
      kind: 'event-delivery',
      data: delivery,
    });
  }

  private deliver(delivery: Delivery): void {
    const target = this.targets.get(delivery.target)?.inputs;
    const rule = this.options.rules.find((candidate) => candidate.outputs.name === target.rule);
    const principal = { service: 'events.amazonaws.com', sourceArn: rule?.outputs.arn };
    const caller = `rule:${rule?.name}`;
    if (!isStateMachine(target.arn) || target.inputTransformer !== undefined) {
      throw new Error(
        `Target ${delivery.target}: only state machines that take the whole event are implemented.`,
      );
    }
    const assumable = target.roleArn !== undefined && this.options.canAssume(target.roleArn);
    if (!assumable) {
      this.options.cloud.denied.push({
        principal: 'events.amazonaws.com',
        action: 'sts:AssumeRole',
        resource: target.roleArn ?? '(no role)',
        reason: 'The trust policy of the role does not let EventBridge assume it.',
      });
    }
    const answer = assumable
      ? this.options.cloud.call({
          service: 'states',
          operation: 'StartExecution',
          input: { stateMachineArn: target.arn, input: JSON.stringify(delivery.event) },
          principal: { roleArn: target.roleArn },
          caller,
        })
      : undefined;
    const fault = answer?.fault;
    if (fault?.kind === 'lostEvent') return;
    const disturbs = fault?.kind === 'duplicateEvent' || fault?.kind === 'lateEvent';
    if (disturbs && delivery.disturbed !== true) {
      return this.schedule({ ...delivery, disturbed: true }, delayOf(fault));
    }
    if (answer !== undefined && 'output' in answer) return;
    const policy = target.retryPolicy ?? {};
    const attempt = delivery.attempt + 1;
    const delay = Math.min(3_600_000, 60_000 * 2 ** delivery.attempt);
    const oldest = delivery.at + (policy.maximumEventAgeInSeconds ?? 86_400) * 1000;
    if (
      attempt <= (policy.maximumRetryAttempts ?? 185) &&
      this.options.clock.now + delay <= oldest
    ) {
      this.schedule({ ...delivery, attempt }, delay);
      return;
    }
    if (target.deadLetterConfig?.arn === undefined) return;
    this.options.cloud.call({
      service: 'sqs',
      operation: 'SendMessage',
      input: { QueueUrl: target.deadLetterConfig.arn, MessageBody: JSON.stringify(delivery.event) },
      principal,
      caller,
    });
  }
}

function isStateMachine(arn: string): boolean {
  return /^arn:[^:]+:states:[^:]+:\d+:stateMachine:/.test(arn);
}
