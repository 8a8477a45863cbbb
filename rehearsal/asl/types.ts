import type { Json } from '../services/service';
import type { ParsedResource } from './resource';

/** A state machine as deployed. */
export interface StateMachineOptions {
  /** Amazon States Language, parsed. */
  readonly definition: Json;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
}

export interface StartArguments {
  readonly executionArn: string;
  readonly name: string;
  /** Parsed JSON. */
  readonly input: Json;
  /** Epoch milliseconds. */
  readonly startTime: number;
  /** Of everything random in the execution: jitter, `States.UUID`, `$random`, task tokens. */
  readonly seed: number;
  /** @default 0 */
  readonly redriveCount?: number;
}

/** What happened outside and concerns an execution. */
export type Signal =
  | { readonly kind: 'taskSucceeded'; readonly task: string; readonly output: Json }
  | {
      readonly kind: 'taskFailed';
      readonly task: string;
      /** Absent where SendTaskFailure gave none. */
      readonly error?: string;
      readonly cause?: string;
      /** The event to record instead of the plain failure of the task. */
      readonly failure?: TaskFailure;
    }
  /** The first answer of a `.sync` or `.waitForTaskToken` call, before its outcome. */
  | { readonly kind: 'taskSubmitted'; readonly task: string; readonly output: Json }
  /** SendTaskHeartbeat. For an activity, the first one also means that a worker has it. */
  | { readonly kind: 'heartbeat'; readonly task: string }
  /** A timer that an effect asked for is due. */
  | { readonly kind: 'timer'; readonly timer: string }
  /** StopExecution. */
  | { readonly kind: 'stop'; readonly error?: string; readonly cause?: string };

/** Names of history events: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html */
export type TaskFailure =
  | 'TaskFailed'
  | 'TaskTimedOut'
  | 'TaskStartFailed'
  | 'TaskSubmitFailed'
  | 'LambdaFunctionFailed'
  | 'LambdaFunctionTimedOut'
  | 'LambdaFunctionScheduleFailed'
  | 'LambdaFunctionStartFailed'
  | 'ActivityFailed'
  | 'ActivityTimedOut'
  | 'ActivityScheduleFailed';

/** What an execution wants done; whoever runs it answers with signals. */
export type Effect = TaskEffect | CancelEffect | TimerEffect | EndedEffect;

export interface TaskEffect {
  readonly kind: 'task';
  /** Unique in the execution. */
  readonly task: string;
  readonly state: string;
  /** The `Resource` of the state. */
  readonly resource: string;
  readonly integration: ParsedResource;
  /** Evaluated `Parameters` or `Arguments`. */
  readonly input: Json;
  /** For information: the interpreter itself asks for the timers. */
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  readonly credentialsRoleArn?: string;
  /** Of `.sync` and `.waitForTaskToken` calls and of activities: what SendTaskSuccess and the like will name. */
  readonly token?: string;
  /** Where in nested Map and Parallel states the task is: `` at the top, else like `EachImage/3`. */
  readonly branch: string;
  /** Set where the call reads the items of a distributed Map; its answer is that of the S3 API, `Body` as text. */
  readonly purpose?: 'itemReader';
}

/** `cancelTask`: the outcome is no longer wanted. `cancelTimer`: the timer must not come. */
export type CancelEffect =
  | { readonly kind: 'cancelTask'; readonly task: string }
  | { readonly kind: 'cancelTimer'; readonly timer: string };

export interface TimerEffect {
  readonly kind: 'timer';
  readonly timer: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface EndedEffect {
  readonly kind: 'ended';
  readonly status: EndStatus;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

export type EndStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An execution: plain JSON throughout, so that it can be cloned, saved and resumed at any point. */
export interface ExecutionState {
  readonly arn: string;
  readonly name: string;
  readonly input: Json;
  /** Epoch milliseconds. */
  readonly startTime: number;
  readonly redriveCount: number;
  status: 'RUNNING' | EndStatus;
  output?: Json;
  error?: string;
  cause?: string;
  /**
   * State transitions as AWS bills them: one for each state entered and one for each retry, those of a distributed
   * Map's children included. https://aws.amazon.com/step-functions/pricing/
   */
  transitions: number;
  history: HistoryEvent[];
  historyEvents: number;
  /** State of the random stream. */
  random: number;
  /** Last number given to a branch, task or timer. */
  lastId: number;
  /** Threads of control by id; the root is `root`. */
  branches: Record<string, Branch>;
  /** Pending timers: whom they concern. */
  timers: Record<string, PendingTimer>;
  /** Running tasks: the branch that waits for each. */
  tasks: Record<string, string>;
}

/** An event of the history, with the fields of its details laid flat and JSON values parsed. */
export interface HistoryEvent {
  /** From 1. */
  readonly id: number;
  /** 0 for none. */
  readonly previousEventId: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly type: string;
  readonly [detail: string]: Json;
}

/** A thread of control: the execution itself, a branch of a Parallel, or an iteration of a Map. */
export interface Branch {
  readonly id: string;
  /** The branch whose current state is the Parallel or Map. Absent at the root. */
  readonly parent?: string;
  /** Position in the Parallel or Map. */
  readonly index: number;
  /** Keys from the definition down to the object that holds `StartAt` and `States`. */
  readonly path: readonly string[];
  /** Own variables; those of outer branches are readable, but not assignable. */
  variables: Record<string, Json>;
  /** Id of the last event of this branch. */
  previous: number;
  /** What `$$.Map.Item` is here. */
  readonly item?: Json;
  /** Set for a child execution of a distributed Map, which has a history of its own. */
  readonly child?: ChildExecution;
  active?: ActiveState;
}

export interface ChildExecution {
  readonly arn: string;
  readonly name: string;
  readonly input: Json;
  readonly startTime: number;
  historyEvents: number;
}

/** The state that a branch is in. */
export interface ActiveState {
  readonly name: string;
  readonly input: Json;
  /** Epoch milliseconds. */
  readonly enteredAt: number;
  /** Event id. */
  readonly enteredEvent: number;
  /** Id of the event before that. */
  readonly enteredFrom: number;
  retryCount: number;
  /** Attempts made by each retrier, by its position. */
  attempts: number[];
  timers: string[];
  task?: ActiveTask;
  group?: ActiveGroup;
  /** A catcher has taken over: if it fails itself, nothing more is tried. */
  caught?: true;
}

export interface ActiveTask {
  readonly id: string;
  readonly token: string;
  heartbeatSeconds?: number;
  heartbeatTimer?: string;
  /** Whether the history has its Started event. */
  started: boolean;
}

/** The children of a Map or Parallel state that runs. */
export interface ActiveGroup {
  /** Items of a Map not yet started hold their value here; a Parallel has one item for each branch. */
  readonly items: readonly Json[];
  /** Keys, where a JSONata Map runs over an object. */
  readonly keys?: readonly string[];
  /** Effective input, which selectors see as `$`. */
  readonly input: Json;
  readonly concurrency: number;
  next: number;
  results: Json[];
  /** Ids of the branches that run. */
  running: string[];
  succeeded: number;
  failed: number;
  /** Set for a distributed Map. */
  readonly mapRun?: MapRun;
}

export interface MapRun {
  readonly arn: string;
  readonly toleratedCount?: number;
  readonly toleratedPercentage?: number;
}

/** Whom a timer concerns. */
export type PendingTimer =
  | { readonly kind: 'execution' }
  | {
      readonly kind: 'wait' | 'retry' | 'taskTimeout' | 'heartbeat';
      readonly branch: string;
    };
