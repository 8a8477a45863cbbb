import type { Json, Metric } from '../services/service';

/** Everything that happened, in order. The checker reads this and the two estates, and nothing else. */
export interface Trace {
  readonly calls: TracedCall[];
  readonly executions: TracedExecution[];
  readonly events: TracedEvent[];
  readonly metrics: TracedMetric[];
}

/** A metric from then on, until its next data point. */
export interface TracedMetric extends Metric {
  /** Virtual time, ISO 8601 with milliseconds. */
  readonly at: string;
}

export interface TracedCall {
  /** Position in the trace, from 0. */
  readonly index: number;
  /** Virtual time, ISO 8601 with milliseconds. */
  readonly at: string;
  /** ARN of the role, `arn:aws:iam::…:role/…`, or a service principal such as `scheduler.amazonaws.com`. */
  readonly principal: string;
  /** Who made it: `function:<name>`, `state:<machine>/<state>`, `schedule:<name>`, `rule:<name>`, `user`. */
  readonly caller: string;
  /** ARN of the state machine execution that it belongs to, if any. */
  readonly execution?: string;
  readonly service: string;
  readonly operation: string;
  /** IAM action, such as `appstream:CreateUpdatedImage`. */
  readonly action: string;
  readonly resource: string;
  readonly input: Json;
  readonly output?: Json;
  readonly error?: { readonly code: string; readonly message: string };
  readonly mutates: boolean;
  /** False where IAM refused, the service answered an error, or a fault came before the effect. */
  readonly effect: boolean;
  /** The injected fault, if any. */
  readonly fault?: string;
}

export interface TracedExecution {
  /** Name of the state machine. */
  readonly workflow: string;
  /** ARN. */
  readonly id: string;
  readonly trigger: string;
  readonly startedAt: string;
  endedAt?: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly input: Json;
  output?: Json;
  error?: { readonly error?: string; readonly cause?: string };
  /** State transitions as AWS bills them. */
  transitions: number;
  historyEvents: number;
}

export interface TracedEvent {
  readonly at: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: Json;
  /** Names of the rules that matched. */
  readonly rules: readonly string[];
  /** Set where delivery ended in a dead-letter queue, or nowhere. */
  readonly undelivered?: string;
}
