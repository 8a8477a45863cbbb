import { RUNTIME_ROOT, TASK_ROOT } from './function-modules';

/** What Lambda answers for a function that failed; Step Functions hands it on as the cause. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  /** Lines of the stack; only of what JavaScript code threw. */
  readonly trace?: readonly string[];
}

/**
 * As the Lambda runtime reports it; the trace names no path of this machine and no frame of the rehearsal.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/utils/error.ts
 */
export function formatError(reason: unknown): FunctionError {
  if (!(reason instanceof Error)) {
    return { errorType: typeof reason, errorMessage: String(reason), trace: [] };
  }
  return {
    errorType: String(reason.name),
    errorMessage: String(reason.message),
    trace: typeof reason.stack === 'string' ? publicTrace(reason.stack) : [],
  };
}

function publicTrace(stack: string): string[] {
  return stack
    .split('\n')
    .map((line) =>
      isFrame(line) ? line.replace(SDK_FILE, `${RUNTIME_ROOT}/node_modules/$1`) : line,
    )
    .filter((line) => !isFrame(line) || !isForeign(line));
}

const isFrame = (line: string): boolean => /^\s+at /.test(line);

/** The path of a file of the SDK, wherever the project keeps it. */
const SDK_FILE =
  /(?:file:\/\/)?\/(?!var\/task\/)[^():]*?\/node_modules\/(@(?:aws|aws-sdk|smithy)\/)/;

/** Whether it lies in a file that Lambda does not have, or belongs to the rehearsal's way of calling the code. */
function isForeign(frame: string): boolean {
  if (/\bAsyncLocalStorage\.run |\bAsyncResource\.runInAsyncScope /.test(frame)) return true;
  const path = /(?:\(|at (?:async )?|file:\/\/)((?:\/|[A-Za-z]:\\).*)/.exec(frame)?.[1];
  return path !== undefined && !path.startsWith(TASK_ROOT) && !path.startsWith(RUNTIME_ROOT);
}
