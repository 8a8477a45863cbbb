import { randomUuid } from './random';
import type { ExecutionState } from './types';

/** A token that nobody else has: those of AWS are opaque, these name the execution, so that it is found again. */
export function createTaskToken(executionArn: string, random: () => number): string {
  return Buffer.from(`${executionArn}/${randomUuid(random)}`).toString('base64');
}

/** ARN of the execution that a token was made for; `undefined`: it is no token. */
export function executionOfToken(token: string): string | undefined {
  return /^(arn:.+)\/[0-9a-f-]{36}$/.exec(Buffer.from(token, 'base64').toString())?.[1];
}

/** The running task that has a token; `undefined`: it is over. */
export function taskOfToken(
  { branches, tasks }: ExecutionState,
  token: string,
): string | undefined {
  const waiting = Object.values(branches).find(({ active }) => active?.task?.token === token);
  const task = waiting?.active?.task?.id;
  return task !== undefined && task in tasks ? task : undefined;
}
