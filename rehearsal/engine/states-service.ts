import type { Signal } from '../asl';
import { AwsError, type Json, type Service } from '../services/service';
import { taskCallbacks } from './task-callbacks';
import type { TracedExecution } from './trace';

/** What the Step Functions API needs of the engine. */
export interface ExecutionHost {
  readonly start: (stateMachineArn: string, input: Json, trigger: string, name?: string) => string;
  readonly describe: (executionArn: string) => TracedExecution | undefined;
  /** In the order of their start. */
  readonly list: (stateMachineArn: string) => readonly TracedExecution[];
  /** Tells the task that waits with a token; see `Executions.callBack`. */
  readonly callBack: (
    token: string,
    signalTo: (task: string) => Signal,
  ) => 'taken' | 'closed' | 'unknown';
}

/** For those who want to know the API only. */
export const noExecutions: ExecutionHost = {
  start: () => '',
  describe: () => undefined,
  list: () => [],
  callBack: () => 'unknown',
};

/** The Step Functions API, as far as it is called: the executions themselves belong to the engine. */
export function createStatesService(host: ExecutionHost): Service<null> {
  return {
    id: 'states',
    clientPackage: '@aws-sdk/client-sfn',
    protocol: 'json-1.0',
    behaviours: [
      {
        id: 'same-name',
        text: 'StartExecution with the name and input of a running execution answers with that execution',
        source:
          'https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html',
      },
      {
        id: 'task-callbacks',
        text: 'A task token serves until its task has ended, by a callback, a timeout or with its execution: TaskTimedOut from then on. The words are those that AWS was seen to use.',
        source:
          'https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html; https://github.com/aws-samples/amazon-mwaa-examples/issues/61',
      },
    ],
    createState: () => null,
    operations: {
      StartExecution: {
        mutates: true,
        authorize: (input) => [
          { action: 'states:StartExecution', resource: input.stateMachineArn },
        ],
        handle: (input, _, call) => {
          call.uses('same-name');
          const text = input.input ?? '{}';
          if (Buffer.byteLength(text) > 262_144) {
            throw new AwsError('InvalidExecutionInput', 'The input exceeds 262144 bytes.');
          }
          let parsed: Json;
          try {
            parsed = JSON.parse(text);
          } catch {
            throw new AwsError(
              'InvalidExecutionInput',
              `Invalid State Machine Execution Input: '${text}'`,
            );
          }
          const executionArn = host.start(input.stateMachineArn, parsed, call.caller, input.name);
          return { executionArn, startDate: new Date(call.now) };
        },
      },
      DescribeExecution: {
        mutates: false,
        authorize: (input) => [
          { action: 'states:DescribeExecution', resource: input.executionArn },
        ],
        handle: (input) => {
          const execution = host.describe(input.executionArn);
          if (execution === undefined) {
            throw new AwsError(
              'ExecutionDoesNotExist',
              `Execution Does Not Exist: '${input.executionArn}'`,
            );
          }
          return {
            executionArn: execution.id,
            stateMachineArn: execution.id
              .replace(':execution:', ':stateMachine:')
              .replace(/:[^:]*$/, ''),
            name: execution.id.split(':').pop(),
            status: execution.status,
            startDate: new Date(execution.startedAt),
            ...(execution.endedAt === undefined ? {} : { stopDate: new Date(execution.endedAt) }),
            input: JSON.stringify(execution.input),
            ...(execution.output === undefined ? {} : { output: JSON.stringify(execution.output) }),
          };
        },
      },
      ListExecutions: {
        mutates: false,
        authorize: (input) => [
          { action: 'states:ListExecutions', resource: input.stateMachineArn },
        ],
        handle: (input) => listExecutions(host, input),
      },
      ...taskCallbacks(host),
    },
    toEstate: () => ({}),
  };
}

/** Newest first, up to 1,000 in a page: https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html */
function listExecutions(host: ExecutionHost, input: Json): Json {
  if (input.stateMachineArn === undefined || input.mapRunArn !== undefined) {
    throw new AwsError('NotImplemented', 'ListExecutions lists those of a state machine only.');
  }
  const found = host
    .list(input.stateMachineArn)
    .filter(({ status }) => (input.statusFilter ?? status) === status)
    .reverse();
  const start = Number(input.nextToken ?? 0);
  const end = start + (input.maxResults || 100);
  return {
    executions: found.slice(start, end).map((execution) => ({
      executionArn: execution.id,
      stateMachineArn: input.stateMachineArn,
      name: execution.id.split(':').pop(),
      status: execution.status,
      startDate: new Date(execution.startedAt),
      ...(execution.endedAt === undefined ? {} : { stopDate: new Date(execution.endedAt) }),
    })),
    ...(end < found.length ? { nextToken: String(end) } : {}),
  };
}
