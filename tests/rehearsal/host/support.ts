import * as path from 'node:path';
import type { Program, ProgramResource } from '../../../rehearsal/host/program';
import { runProgram, type RunOptions } from '../../../rehearsal/host/run-program';

/** A small Pulumi program that does what its config's `case` says. */
export const FIXTURE = path.join(__dirname, 'fixture');

/** Runs one case of the fixture, with its config given instead of read. */
export function runCase(name: string, options: Partial<RunOptions> = {}): Promise<Program> {
  return runProgram({
    directory: FIXTURE,
    stack: 'dev',
    config: { 'aws:region': 'eu-central-1', 'workshop:case': name },
    ...options,
  });
}

/** The one resource of a logical name. */
export function resource(program: Program, name: string): ProgramResource {
  const found = program.resources.filter((each) => each.name === name);
  if (found.length !== 1) throw new Error(`${found.length} resources are named ${name}`);
  return found[0] as ProgramResource;
}
