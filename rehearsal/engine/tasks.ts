import { AwsError, type Json } from '../services/service';
import { fromSdkCasing, integrationService, stepFunctionsErrorName, toSdkCasing } from '../wire';
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
  | { readonly error: { readonly errorType: string; readonly errorMessage: string; readonly trace?: readonly string[] } }
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

/** Carries out the tasks of state machines: `lambda:invoke` and the SDK integrations, in the role of the machine. */
export class Tasks {
  constructor(private readonly options: TasksOptions) {
    options.clock.on('task-answer', (data: { execution: string; signal: Signal }) => {
      options.signal(data.execution, data.signal);
    });
  }

  run(task: RunningTask): void {
    const { resource } = task.effect;
    if (resource === 'arn:aws:states:::lambda:invoke') {
      void this.invokeFunction(task);
      return;
    }
    const sdk = /^arn:aws:states:::aws-sdk:([a-z0-9]+):([a-zA-Z0-9]+)$/.exec(resource);
    if (sdk?.[1] === undefined || sdk[2] === undefined) {
      throw new Error(`The rehearsal does not run tasks of the resource ${resource}.`);
    }
    this.callService(task, sdk[1], sdk[2]);
  }

  private async invokeFunction(task: RunningTask): Promise<void> {
    const { FunctionName: functionArn, Payload: payload } = task.effect.input;
    const answer = this.call(task, 'lambda', 'Invoke', { FunctionName: functionArn });
    if (!('output' in answer)) {
      this.fail(task, 'Lambda', answer);
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
    const operation = operationKey.slice(0, 1).toUpperCase() + operationKey.slice(1);
    const { clientPackage, service } = integrationService(serviceKey);
    const { input, problems } = toSdkCasing(clientPackage, operation, task.effect.input);
    if (problems.length > 0) {
      this.answer(task, {
        kind: 'taskFailed',
        task: task.effect.task,
        error: 'States.Runtime',
        cause: problems.join(' '),
      });
      return;
    }
    const answer = this.call(task, service, operation, input);
    if (!('output' in answer)) {
      this.fail(task, serviceKey, answer);
      return;
    }
    this.answer(task, {
      kind: 'taskSucceeded',
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

  private fail(
    task: RunningTask,
    serviceKey: string,
    answer: { readonly error: AwsError } | { readonly lost: true },
  ): void {
    const [error, cause] =
      'error' in answer
        ? [stepFunctionsErrorName(serviceKey, answer.error.code), answer.error.message]
        : [
            stepFunctionsErrorName(serviceKey, 'SdkClientException'),
            'Unable to execute HTTP request: Read timed out',
          ];
    this.answer(task, { kind: 'taskFailed', task: task.effect.task, error, cause });
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
