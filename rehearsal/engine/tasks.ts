import { AwsError, type Json } from '../services/service';
import {
  apiOperation,
  integrationService,
  stepFunctionsErrorCause,
  stepFunctionsErrorName,
} from '../wire/sdk-integration';
import { clientModel, schemaOf } from '../wire/client-model';
import { checkRequired } from '../wire/required';
import { fromSdkCasing, toSdkCasing } from '../wire/sdk-parameters';
import type { Signal } from '../asl';
import type { VirtualClock } from './clock';
import type { Cloud, CloudAnswer } from './cloud';
import type { RunningTask } from './executions';

/** Runs the code of a function: what comes back is what Lambda would answer. */
export type FunctionInvoker = (
  functionArn: string,
  payload: Json,
  execution: string,
) => Promise<
  | { readonly payload: Json }
  | {
      readonly error: {
        readonly errorType: string;
        readonly errorMessage: string;
        readonly trace?: readonly string[];
      };
    }
>;

export interface TasksOptions {
  readonly clock: VirtualClock;
  readonly cloud: Cloud;
  readonly random: () => number;
  readonly invoke: FunctionInvoker;
  readonly signal: (execution: string, signal: Signal) => void;
  /** Follows a call of a task, so that a fault may end its execution. */
  readonly afterCall: (answer: CloudAnswer, execution: string) => void;
}

/**
 * Carries out the tasks of state machines: `lambda:invoke` and the SDK integrations, those that wait for a callback
 * included, in the role of the machine.
 */
export class Tasks {
  /** Requests counted so far, for their ids. */
  requests = 0;

  constructor(private readonly options: TasksOptions) {
    options.clock.on('task-answer', (data: { execution: string; signal: Signal }) => {
      options.signal(data.execution, data.signal);
    });
  }

  run(task: RunningTask): void {
    const { resource } = task.effect;
    if (resource === 'arn:aws:states:::lambda:invoke') {
      this.invokeFunction(task).catch((error: unknown) => this.options.clock.fail(error));
      return;
    }
    const { kind, service, action, pattern } = task.effect.integration;
    if (kind !== 'sdk' || pattern.startsWith('sync')) {
      throw new Error(`The rehearsal does not run tasks of the resource ${resource}.`);
    }
    this.callService(task, service, action);
  }

  private async invokeFunction(task: RunningTask): Promise<void> {
    const { FunctionName: functionArn, Payload: payload } = task.effect.input;
    const answer = this.call(task, 'lambda', 'Invoke', { FunctionName: functionArn });
    if (!('output' in answer)) {
      const failure =
        'error' in answer
          ? { error: `Lambda.${answer.error.code}`, cause: answer.error.message }
          : lost('Lambda');
      this.answer(task, { kind: 'taskFailed', task: task.effect.task, ...failure });
      return;
    }
    const result = await this.options.invoke(functionArn, payload, task.execution);
    this.options.signal(
      task.execution,
      'error' in result
        ? {
            kind: 'taskFailed',
            task: task.effect.task,
            error: result.error.errorType,
            cause: JSON.stringify(result.error),
          }
        : {
            kind: 'taskSucceeded',
            task: task.effect.task,
            output: { ExecutedVersion: '$LATEST', Payload: result.payload, StatusCode: 200 },
          },
    );
  }

  private callService(task: RunningTask, serviceKey: string, operationKey: string): void {
    const operation = apiOperation(operationKey);
    const { clientPackage, signingName } = integrationService(serviceKey);
    const { input, errors } = toSdkCasing(clientPackage, operation, task.effect.input);
    if (errors.length > 0) {
      this.answer(task, {
        kind: 'taskFailed',
        task: task.effect.task,
        error: 'States.Runtime',
        cause: errors.join(' '),
      });
      return;
    }
    const answer =
      refused(clientPackage, operation, input) ?? this.call(task, signingName, operation, input);
    if (!('output' in answer)) {
      const failure =
        'error' in answer
          ? {
              error: stepFunctionsErrorName(serviceKey, answer.error.code),
              cause: stepFunctionsErrorCause(serviceKey, answer.error, this.nextRequestId()),
            }
          : lost(integrationService(serviceKey).errorPrefix);
      this.answer(task, { kind: 'taskFailed', task: task.effect.task, ...failure });
      return;
    }
    this.answer(task, {
      // What is called with a token goes on until somebody sends that back.
      kind:
        task.effect.integration.pattern === 'waitForTaskToken' ? 'taskSubmitted' : 'taskSucceeded',
      task: task.effect.task,
      output: fromSdkCasing(clientPackage, operation, answer.output),
    });
  }

  private call(task: RunningTask, service: string, operation: string, input: Json): CloudAnswer {
    const answer = this.options.cloud.call({
      service,
      operation,
      input,
      principal: { roleArn: task.machine.roleArn },
      caller: `state:${task.machine.name}/${task.effect.state}`,
      execution: task.execution,
    });
    this.options.afterCall(answer, task.execution);
    return answer;
  }

  private nextRequestId(): string {
    this.requests += 1;
    return `00000000-0000-4000-9000-${String(this.requests).padStart(12, '0')}`;
  }

  /** A call takes between 20 and 120 ms. */
  private answer(task: RunningTask, signal: Signal): void {
    const at = this.options.clock.now + 20 + Math.floor(this.options.random() * 100);
    this.options.clock.schedule(at, {
      kind: 'task-answer',
      data: { execution: task.execution, signal },
    });
  }
}

/** What a service says to an input that lacks required members: as much to a state machine as to a client. */
function refused(clientPackage: string, operation: string, input: Json): CloudAnswer | undefined {
  try {
    checkRequired(clientModel(clientPackage), schemaOf(clientPackage, operation), input);
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return { error };
    throw error;
  }
}

/** What Step Functions reports when an answer never came. */
function lost(service: string): { readonly error: string; readonly cause: string } {
  return {
    error: `${service}.SdkClientException`,
    cause: 'Unable to execute HTTP request: Read timed out',
  };
}
