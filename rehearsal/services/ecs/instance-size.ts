import type { Size } from './state';

/** MiB for each virtual CPU, by letter of the family: https://aws.amazon.com/ec2/instance-types/ */
const MEMORY_PER_CPU: Readonly<Record<string, number>> = { c: 2048, m: 4096, r: 8192 };

/** Virtual CPUs by size; those of `t` families below `large` have fewer, see `BURSTABLE`. */
const CPUS: Readonly<Record<string, number>> = { medium: 1, large: 2, xlarge: 4 };

/** Memory in MiB of the `t` families, all of two virtual CPUs. */
const BURSTABLE: Readonly<Record<string, number>> = {
  nano: 512,
  micro: 1024,
  small: 2048,
  medium: 4096,
  large: 8192,
};

/** Of the memory, what the operating system and the agent leave to tasks. */
const LEFT_TO_TASKS = 0.95;

const CPU_UNITS = 1024;

/**
 * What the agent registers of an instance where no other of its type tells: 1,024 units for each virtual CPU, and the
 * memory less what the system needs.
 *
 * @throws {Error} for types that are not in the table
 */
export function sizeOfType(type: string): Size {
  const [, letter = '', size = ''] =
    /^([a-z])[0-9][a-z-]*\.(?:(?:[0-9]+)?([a-z]+))$/.exec(type) ?? [];
  const factor = Number(/\.([0-9]+)xlarge$/.exec(type)?.[1] ?? 1);
  if (letter === 't' && BURSTABLE[size] !== undefined) return sizeOf(2, BURSTABLE[size]);
  const [cpus, memoryPerCpu] = [CPUS[size], MEMORY_PER_CPU[letter === 't' ? 'm' : letter]];
  if (cpus === undefined || memoryPerCpu === undefined) {
    throw new Error(
      `ECS: how many tasks an instance of type ${type} takes is not known: give the estate a container instance of that type with registeredResources`,
    );
  }
  return sizeOf(cpus * factor, cpus * factor * memoryPerCpu);
}

function sizeOf(cpus: number, memory: number): Size {
  return { cpu: cpus * CPU_UNITS, memory: Math.floor(memory * LEFT_TO_TASKS) };
}
