import type { Signal } from '../asl';
import { AwsError, type Json, type Operation } from '../services/service';
import type { ExecutionHost } from './states-service';

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
const maxOutputBytes = 262_144;

/** What whoever was handed a task token says of the task. */
export function taskCallbacks(host: ExecutionHost): Readonly<Record<string, Operation<null>>> {
  const callback = (
    name: string,
    signalOf: (input: Json) => (task: string) => Signal,
  ): Operation<null> => ({
    mutates: true,
    authorize: () => [{ action: `states:${name}`, resource: '*' }],
    handle: (input, _, call) => {
      call.uses('task-callbacks');
      const answer = host.callBack(input.taskToken, signalOf(input));
      if (answer === 'unknown')
        throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
      if (answer === 'closed') {
        throw new AwsError(
          'TaskTimedOut',
          "Task Timed Out: 'Provided task does not exist anymore'",
        );
      }
      return {};
    },
  });
  return {
    SendTaskSuccess: callback('SendTaskSuccess', ({ output: text }) => {
      const output = parseOutput(text);
      return (task) => ({ kind: 'taskSucceeded', task, output });
    }),
    SendTaskFailure: callback('SendTaskFailure', ({ error, cause }) => (task) => ({
      kind: 'taskFailed',
      task,
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    })),
    SendTaskHeartbeat: callback('SendTaskHeartbeat', () => (task) => ({ kind: 'heartbeat', task })),
  };
}

function parseOutput(text: string): Json {
  if (Buffer.byteLength(text) > maxOutputBytes) {
    throw new AwsError('InvalidOutput', `The output exceeds ${maxOutputBytes} bytes.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError('InvalidOutput', `Invalid Output: '${text}' is not JSON.`);
  }
}
