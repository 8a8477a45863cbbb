import type { Json } from '../service';
import type { EcsState, Size } from './state';

/** What a task takes where neither a task definition nor a task says so. */
export const USUAL_SIZE: Size = { cpu: 256, memory: 512 };

/** What a task, or a task definition, takes by itself or by its containers. */
export function ownSize({
  cpu,
  memory,
  containers,
  containerDefinitions = containers ?? [],
}: Json) {
  const sum = (of: (container: Json) => Json) =>
    containerDefinitions.reduce((all: number, one: Json) => all + Number(of(one) ?? 0), 0);
  const size = {
    cpu: Number(cpu ?? sum((container) => container.cpu)),
    memory: Number(memory ?? sum((container) => container.memoryReservation ?? container.memory)),
  };
  return size.cpu > 0 || size.memory > 0 ? size : undefined;
}

/** By ARN of the task definition. Definitions prevail over what their tasks say. */
export function sizesOf(
  definitions: readonly Json[],
  tasks: readonly Json[],
): Record<string, Size> {
  return Object.fromEntries(
    [...tasks, ...definitions].flatMap((one): [string, Size][] => {
      const size = ownSize(one);
      return size === undefined ? [] : [[one.taskDefinitionArn, size]];
    }),
  );
}

/** What a task of a task definition takes. */
export function sizeOfTask(state: EcsState, taskDefinition: string): Size {
  return state.sizes[taskDefinition] ?? USUAL_SIZE;
}
