/**
 * The part of Amazon States Language that our definitions use, typed: https://states-language.net/spec.html.
 * One query language throughout: JSONPath.
 */
export interface StateMachineDefinition {
  readonly Comment: string;
  readonly StartAt: string;
  /** The whole run, in seconds. Every definition sets it. */
  readonly TimeoutSeconds: number;
  readonly States: Readonly<Record<string, State>>;
}

export type State =
  TaskState | ChoiceState | WaitState | PassState | MapState | SucceedState | FailState;

type Template = Readonly<Record<string, unknown>>;
type Following = { readonly Next: string } | { readonly End: true };

interface CommonFields {
  readonly Comment?: string;
  readonly InputPath?: string;
  readonly OutputPath?: string;
}

/** Retry and Catch are not optional: a task without them is a run that dies of the first hiccup. */
export type TaskState = CommonFields &
  Following & {
    readonly Type: 'Task';
    readonly Resource: string;
    readonly Parameters: Template;
    readonly ResultSelector?: Template;
    readonly ResultPath?: string | null;
    readonly Retry: readonly Retrier[];
    readonly Catch: readonly Catcher[];
  } & ({ readonly TimeoutSeconds: number } | { readonly TimeoutSecondsPath: string });

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath?: string;
  readonly Next: string;
}

export type ChoiceState = CommonFields & {
  readonly Type: 'Choice';
  readonly Choices: readonly (Template & { readonly Next: string })[];
  readonly Default: string;
};

export type WaitState = CommonFields &
  Following & { readonly Type: 'Wait' } & (
    { readonly Seconds: number } | { readonly SecondsPath: string }
  );

export type PassState = CommonFields &
  Following & {
    readonly Type: 'Pass';
    readonly Parameters?: Template;
    readonly Result?: unknown;
    readonly ResultPath?: string;
  };

export type MapState = CommonFields &
  Following & {
    readonly Type: 'Map';
    readonly ItemsPath: string;
    readonly ItemSelector: Template;
    /** How many at a time: a figure of the input, or a fixed one. */
    readonly MaxConcurrencyPath?: string;
    readonly MaxConcurrency?: number;
    /** Percent of the children that may fail without failing the state. Only in the mode DISTRIBUTED. */
    readonly ToleratedFailurePercentage?: number;
    readonly ItemProcessor: {
      readonly ProcessorConfig:
        | { readonly Mode: 'INLINE' }
        /** Each item is a child execution with a history of its own; see `runChildren`. */
        | { readonly Mode: 'DISTRIBUTED'; readonly ExecutionType: 'STANDARD' };
      readonly StartAt: string;
      readonly States: Readonly<Record<string, State>>;
    };
    readonly ResultPath?: string | null;
    readonly Catch: readonly Catcher[];
  };

export type SucceedState = CommonFields & { readonly Type: 'Succeed' };

export type FailState = CommonFields & {
  readonly Type: 'Fail';
  readonly ErrorPath: string;
  readonly CausePath: string;
};

/** Which run this is, for every function that it calls. */
export function whichRun(): Template {
  return {
    'execution.$': '$$.Execution.Id',
    'run.$': '$$.Execution.Name',
    'startedAt.$': '$$.Execution.StartTime',
  };
}

/** Whatever the error, it is kept for those who come after. */
export function onError(next: string): Catcher {
  return { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: next };
}

/** A branch for what a function has decided: the member `decision` of its result. */
export function decided(by: string, decision: string, next: string) {
  return { Variable: `${by}.decision`, StringEquals: decision, Next: next };
}

/** Errors by name that a retry cannot mend. */
const permanentErrors = ['InvalidInput', 'ImageRefused', 'NotCommittable', 'NotQueued'];

/** A task that calls a function; `fields` are those of its result that the workflow goes on with. */
export function invokeFunction(task: {
  readonly comment: string;
  readonly functionArn: string;
  readonly payload: Template;
  readonly fields: readonly string[];
  readonly resultPath: string;
  readonly timeoutSeconds?: number;
  readonly catch: readonly Catcher[];
  readonly next: string | null;
}): TaskState {
  return {
    Type: 'Task',
    Comment: task.comment,
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: task.functionArn, Payload: task.payload },
    ResultSelector: Object.fromEntries(
      task.fields.map((field) => [`${field}.$`, `$.Payload.${field}`]),
    ),
    ResultPath: task.resultPath,
    TimeoutSeconds: task.timeoutSeconds ?? 300,
    Retry: [
      { ErrorEquals: permanentErrors, MaxAttempts: 0 },
      // Lambda's own hiccups, a lost answer, and what the SDK in the function could not ride out. All our
      // functions may be called again from any state.
      {
        ErrorEquals: ['States.TaskFailed', 'States.Timeout'],
        IntervalSeconds: 5,
        MaxAttempts: 6,
        BackoffRate: 2,
        MaxDelaySeconds: 120,
        JitterStrategy: 'FULL',
      },
    ],
    Catch: task.catch,
    ...(task.next === null ? { End: true } : { Next: task.next }),
  };
}

/** A task that calls an AWS API itself. Errors named in `final` are answers, not hiccups: they are not retried. */
export function callService(task: {
  readonly comment: string;
  /** `service:operation` of an SDK integration, such as `appstream:describeImages`. */
  readonly call: string;
  readonly parameters: Template;
  readonly resultSelector?: Template;
  readonly resultPath: string | null;
  readonly final: readonly string[];
  readonly catch: readonly Catcher[];
  readonly next: string;
}): TaskState {
  return {
    Type: 'Task',
    Comment: task.comment,
    Resource: `arn:aws:states:::aws-sdk:${task.call}`,
    Parameters: task.parameters,
    ...(task.resultSelector === undefined ? {} : { ResultSelector: task.resultSelector }),
    ResultPath: task.resultPath,
    TimeoutSeconds: 60,
    Retry: [
      { ErrorEquals: task.final, MaxAttempts: 0 },
      {
        ErrorEquals: ['States.TaskFailed', 'States.Timeout'],
        IntervalSeconds: 15,
        MaxAttempts: 6,
        BackoffRate: 2,
        MaxDelaySeconds: 300,
        JitterStrategy: 'FULL',
      },
    ],
    Catch: task.catch,
    Next: task.next,
  };
}
