import type { Json } from '../../services/service';
import {
  effectiveInput,
  evaluateArguments,
  evaluateField,
  languageOf,
  outcomeOf,
} from '../data-flow';
import { dataLimitFailure, queryFailure, runtimeFailure, StateFailure } from '../failure';
import { record } from '../history';
import { parseResource, type ParsedResource } from '../resource';
import type { Run } from '../run';
import { resolvePathField, scopeOf } from '../scope';
import { createTaskToken } from '../task-token';
import { evaluateExpression } from '../template';
import { checkSize, exit, isTooLarge } from '../transitions';
import type { ActiveTask, Branch, Signal, TaskEffect, TaskFailure } from '../types';

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
const maxTimeoutSeconds = 99_999_999;

/** Task: evaluates its input, asks for the call, and for timers to watch it. */
export function attemptTask(run: Run, branch: Branch, state: Json): void {
  const integration = parseResource(state.Resource);
  const active = run.activeOf(branch);
  const hasToken = integration.pattern !== 'requestResponse' || integration.kind === 'activity';
  if (hasToken && run.machine.type === 'EXPRESS') {
    throw new Error(`${state.Resource} is not for state machines of the type EXPRESS.`);
  }
  active.task = {
    id: run.newId('task'),
    token: hasToken ? createTaskToken(run.execution.arn, run.random) : '',
    started: false,
  };
  if (active.retryCount > 0) run.countTransition();

  const input = evaluateArguments(run, branch, state);
  checkSize(input, active.name);
  const timeoutSeconds = secondsOf(run, branch, state, 'TimeoutSeconds');
  const heartbeatSeconds = secondsOf(run, branch, state, 'HeartbeatSeconds');
  const credentialsRoleArn = roleOf(run, branch, state);
  const effect: TaskEffect = {
    kind: 'task',
    task: active.task.id,
    state: active.name,
    resource: state.Resource,
    integration,
    input,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
    ...(credentialsRoleArn === undefined ? {} : { credentialsRoleArn }),
    ...(hasToken ? { token: active.task.token } : {}),
    branch: placeOf(run, branch),
  };
  record(run, branch, `${eventPrefix(integration)}Scheduled`, {
    resourceType:
      integration.kind === 'sdk' ? `aws-sdk:${integration.service}` : integration.service,
    resource:
      integration.kind === 'optimized' || integration.kind === 'sdk'
        ? resourceSuffix(integration)
        : state.Resource,
    parameters: input,
    ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: heartbeatSeconds }),
    ...(credentialsRoleArn === undefined
      ? {}
      : { taskCredentials: { roleArn: credentialsRoleArn } }),
  });
  run.execution.tasks[active.task.id] = branch.id;
  run.effects.push(effect);
  if (timeoutSeconds !== undefined) {
    active.timers.push(
      run.setTimer({ kind: 'taskTimeout', branch: branch.id }, run.now + timeoutSeconds * 1000),
    );
  }
  if (heartbeatSeconds !== undefined) {
    active.task.heartbeatSeconds = heartbeatSeconds;
    watchHeartbeat(run, branch, active.task);
  }
  // An activity starts when a worker takes it.
  if (integration.kind === 'activity') return;
  run.enqueue(branch, () => recordStarted(run, branch, integration));
}

/** The call was made: what it answered is the result. */
export function endTask(run: Run, branch: Branch, output: Json): void {
  const state = run.stateOf(branch);
  const integration = parseResource(state.Resource);
  recordStarted(run, branch, integration);
  if (isTooLarge(output)) {
    const failure = dataLimitFailure(limitName(integration, state), false);
    throw failedTask(run, branch, integration, failure);
  }
  record(run, branch, `${eventPrefix(integration)}Succeeded`, { output });
  exit(run, branch, { ...outcomeOf(run, branch, state, output), next: state.Next ?? null });
}

/** The call failed, or what it started did. */
export function failTask(
  run: Run,
  branch: Branch,
  signal: Extract<Signal, { kind: 'taskFailed' }>,
): never {
  const integration = parseResource(run.stateOf(branch).Resource);
  const isTimeout = signal.error === 'States.Timeout';
  const neverStarted = isTimeout && integration.kind === 'activity';
  if (!neverStarted) recordStarted(run, branch, integration);
  throw failedTask(
    run,
    branch,
    integration,
    new StateFailure(signal.error, signal.cause),
    signal.failure,
  );
}

/** `TimeoutSeconds` or `HeartbeatSeconds` have passed. */
export function timeOutTask(run: Run, branch: Branch, kind: 'taskTimeout' | 'heartbeat'): never {
  const integration = parseResource(run.stateOf(branch).Resource);
  const alsoNamed = kind === 'heartbeat' ? { alsoNamed: 'States.HeartbeatTimeout' } : {};
  const failure = new StateFailure('States.Timeout', undefined, alsoNamed);
  throw failedTask(
    run,
    branch,
    integration,
    failure,
    `${eventPrefix(integration)}TimedOut` as TaskFailure,
  );
}

/** The first answer of a call whose outcome follows. */
export function submitTask(run: Run, branch: Branch, output: Json): void {
  recordStarted(run, branch, parseResource(run.stateOf(branch).Resource));
  record(run, branch, 'TaskSubmitted', { output });
}

/** A worker is alive. */
export function beatTask(run: Run, branch: Branch): void {
  const { task } = run.activeOf(branch);
  if (task === undefined) return;
  recordStarted(run, branch, parseResource(run.stateOf(branch).Resource));
  if (task.heartbeatSeconds !== undefined) watchHeartbeat(run, branch, task);
}

function watchHeartbeat(run: Run, branch: Branch, task: ActiveTask): void {
  const active = run.activeOf(branch);
  const previous = task.heartbeatTimer;
  if (previous !== undefined) run.cancelTimer(previous);
  task.heartbeatTimer = run.setTimer(
    { kind: 'heartbeat', branch: branch.id },
    run.now + (task.heartbeatSeconds ?? 0) * 1000,
  );
  active.timers = [...active.timers.filter((timer) => timer !== previous), task.heartbeatTimer];
}

/** Records a failure of the task itself, as opposed to one of the state around it. */
function failedTask(
  run: Run,
  branch: Branch,
  integration: ParsedResource,
  failure: StateFailure,
  event?: TaskFailure,
): StateFailure {
  const timedOut = failure.error === 'States.Timeout';
  const type = event ?? `${eventPrefix(integration)}${timedOut ? 'TimedOut' : 'Failed'}`;
  record(run, branch, type, {
    ...(failure.error === undefined ? {} : { error: failure.error }),
    ...(failure.reason === undefined ? {} : { cause: failure.reason }),
  });
  return failure;
}

function recordStarted(run: Run, branch: Branch, integration: ParsedResource): void {
  const { task } = run.activeOf(branch);
  if (task === undefined || task.started) return;
  task.started = true;
  record(run, branch, `${eventPrefix(integration)}Started`);
}

function eventPrefix(integration: ParsedResource): string {
  if (integration.kind === 'function') return 'LambdaFunction';
  return integration.kind === 'activity' ? 'Activity' : 'Task';
}

function resourceSuffix({ action, pattern }: ParsedResource): string {
  return pattern === 'requestResponse' ? action : `${action}.${pattern}`;
}

function limitName(integration: ParsedResource, state: Json): string {
  return integration.kind === 'function' ? state.Resource : integration.service;
}

/** Seconds of a field that may also come by path, or by a JSONata expression. */
function secondsOf(
  run: Run,
  branch: Branch,
  state: Json,
  field: 'TimeoutSeconds' | 'HeartbeatSeconds',
): number | undefined {
  const path = state[`${field}Path`];
  if (languageOf(run, state) === 'JSONata') {
    if (state[field] === undefined) return undefined;
    const seconds = evaluateField(run, branch, state[field], field);
    if (isSeconds(seconds)) return seconds;
    throw queryFailure(
      `The ${field} field must be a positive integer but was: ${JSON.stringify(seconds)}`,
      field,
    );
  }
  if (path === undefined) return state[field];
  const scope = scopeOf(run, branch, effectiveInput(run, branch, state));
  const seconds = Number(resolvePathField(path, scope));
  if (isSeconds(seconds)) return seconds;
  throw runtimeFailure(
    `The ${field}Path parameter does not reference a positive integer: ${path} == ${seconds}`,
  );
}

function isSeconds(value: Json): value is number {
  return Number.isInteger(value) && value > 0 && value <= maxTimeoutSeconds;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html */
function roleOf(run: Run, branch: Branch, state: Json): string | undefined {
  const { Credentials } = state;
  if (Credentials === undefined) return undefined;
  if (languageOf(run, state) === 'JSONata') {
    return evaluateField(run, branch, Credentials, 'Credentials').RoleArn;
  }
  if (Credentials['RoleArn.$'] === undefined) return Credentials.RoleArn;
  const scope = scopeOf(run, branch, effectiveInput(run, branch, state));
  return evaluateExpression(Credentials['RoleArn.$'], 'RoleArn.$', scope);
}

/** The Map and Parallel states around a branch, with the position in each. */
export function placeOf(run: Run, branch: Branch): string {
  if (branch.parent === undefined) return '';
  const parent = run.branch(branch.parent);
  const outer = placeOf(run, parent);
  return `${outer === '' ? '' : `${outer}/`}${run.activeOf(parent).name}/${branch.index}`;
}
