import { deliver, startExecution } from '../../../../rehearsal/asl';
import type {
  Effect,
  ExecutionState,
  Signal,
  StateMachineOptions,
  TaskEffect,
} from '../../../../rehearsal/asl';
import type { Json } from '../../../../rehearsal/services/service';
import type { ConformanceCase, RecordedTask } from './cases';
import { WildcardMatcher } from './wildcards';

const startTime = Date.UTC(2025, 0, 1);

/**
 * Runs a case: its task calls are answered as recorded, its timers come in virtual time. Between any two signals the
 * execution is written as JSON and read again, so that each case also shows that an execution can be resumed.
 */
export function replay(recorded: ConformanceCase): {
  execution: ExecutionState;
  problems: string[];
} {
  const machine: StateMachineOptions = {
    definition: recorded.definition,
    type: recorded.type,
    name: 'machine',
    arn: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine',
    roleArn: 'arn:aws:iam::111111111111:role/machine',
  };
  const { execution, effects } = startExecution(machine, {
    executionArn:
      recorded.type === 'EXPRESS'
        ? 'arn:aws:states:us-east-1:111111111111:express:machine:execution:run'
        : 'arn:aws:states:us-east-1:111111111111:execution:machine:execution',
    name: 'execution',
    input: recorded.input,
    startTime,
    seed: 1,
  });
  const replayer = new Replayer(recorded, machine, execution);
  replayer.run(effects);
  return { execution: replayer.execution, problems: replayer.problems };
}

class Replayer {
  readonly problems: string[] = [];
  private now = startTime;
  private readonly timers = new Map<string, number>();
  private readonly waiting: TaskEffect[] = [];
  private readonly outcomes: RecordedTask[];
  private readonly matcher: WildcardMatcher;

  constructor(
    private readonly recorded: ConformanceCase,
    private readonly machine: StateMachineOptions,
    public execution: ExecutionState,
  ) {
    this.outcomes = [...recorded.tasks];
    this.matcher = new WildcardMatcher(recorded.wildcards ?? []);
  }

  run(effects: readonly Effect[]): void {
    this.carryOut(effects);
    if (this.recorded.expected.status === 'ABORTED') this.tell({ kind: 'stop' });
    while (this.execution.status === 'RUNNING') this.advance();
    if (this.outcomes.length > 0) {
      this.problems.push(`${this.outcomes.length} recorded calls were not made`);
    }
  }

  private advance(): void {
    const task = this.waiting.shift();
    if (task !== undefined) {
      this.answer(task);
      return;
    }
    const next = [...this.timers].reduce((first, other) => (other[1] < first[1] ? other : first));
    this.timers.delete(next[0]);
    this.now = next[1];
    this.tell({ kind: 'timer', timer: next[0] });
  }

  private carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'task') this.waiting.push(effect);
      else if (effect.kind === 'timer') this.timers.set(effect.timer, effect.at);
      else if (effect.kind === 'cancelTimer') this.timers.delete(effect.timer);
    }
  }

  private tell(signal: Signal): void {
    this.execution = JSON.parse(JSON.stringify(this.execution)) as ExecutionState;
    this.carryOut(deliver(this.machine, this.execution, signal, this.now));
  }

  private answer(effect: TaskEffect): void {
    const { task } = effect;
    if (effect.purpose === 'itemReader') {
      this.tell({ kind: 'taskSucceeded', task, output: this.readObjects(effect) });
      return;
    }
    const outcome = this.takeOutcome(effect);
    if (outcome === undefined) {
      this.problems.push(
        `no recorded call for ${effect.state} with ${JSON.stringify(effect.input)}`,
      );
      this.tell({ kind: 'stop' });
      return;
    }
    // Each of the activities that were recorded had a worker, whatever became of it.
    if (effect.integration.kind === 'activity') this.tell({ kind: 'heartbeat', task });
    if (outcome.submitted !== undefined) {
      this.tell({ kind: 'taskSubmitted', task, output: outcome.submitted });
    }
    if (outcome.error === undefined) {
      this.tell({ kind: 'taskSucceeded', task, output: outcome.output });
    } else if (outcome.error.error !== 'States.Timeout' || !isWatched(effect)) {
      this.tell({ kind: 'taskFailed', task, ...failureOf(outcome.error) });
    }
  }

  private takeOutcome(effect: TaskEffect): RecordedTask | undefined {
    const position = this.outcomes.findIndex((outcome) => this.isCall(outcome, effect));
    return position < 0 ? undefined : this.outcomes.splice(position, 1)[0];
  }

  private isCall(outcome: RecordedTask, effect: TaskEffect): boolean {
    return (
      (outcome.state ?? effect.state) === effect.state &&
      outcome.timeoutInSeconds === effect.timeoutSeconds &&
      outcome.heartbeatInSeconds === effect.heartbeatSeconds &&
      this.matcher.matches(
        outcome.taskCredentials?.roleArn ?? '',
        effect.credentialsRoleArn ?? '',
      ) &&
      this.matcher.matches(outcome.parameters, effect.input)
    );
  }

  private readObjects(effect: TaskEffect): Json {
    const objects = (this.recorded.s3 ?? []).filter(({ bucket }) => bucket === effect.input.Bucket);
    if (effect.integration.action === 'getObject') {
      return { Body: objects.find(({ key }) => key === effect.input.Key)?.body };
    }
    return {
      IsTruncated: false,
      Contents: objects.map(({ key, body }) => ({
        Etag: `<Etag-${key}>`,
        Key: key,
        LastModified: 1735689600,
        Size: body.length,
        StorageClass: 'STANDARD',
      })),
    };
  }
}

function isWatched(effect: TaskEffect): boolean {
  return effect.timeoutSeconds !== undefined || effect.heartbeatSeconds !== undefined;
}

function failureOf({ error, cause }: NonNullable<RecordedTask['error']>): {
  readonly error?: string;
  readonly cause?: string;
} {
  return {
    ...(error === null ? {} : { error }),
    ...(cause === undefined
      ? {}
      : { cause: typeof cause === 'string' ? cause : JSON.stringify(cause) }),
  };
}
