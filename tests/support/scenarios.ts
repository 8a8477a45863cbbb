import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { RehearsalResult } from '../../rehearsal/result';
import type { Json } from '../../rehearsal/services/service';

/** One rehearsal of this project's program. */
export interface ScenarioInput {
  /** The whole estate, or a file of one. */
  readonly estate?: Json;
  readonly estateFile?: string;
  /** @default 5 */
  readonly days?: number;
  /** @default 1 */
  readonly seed?: number;
  /** Configuration of the stack, by key without namespace, over that of `Pulumi.dev.yaml`. @default the stack `appstream` */
  readonly config?: Readonly<Record<string, Json>>;
  readonly faults?: readonly Json[];
  readonly mutations?: readonly Mutation[];
  /** What somebody starts by hand. */
  readonly starts?: readonly Start[];
}

/** A run that a person starts, in the role of the schedule whose name ends so. */
export interface Start {
  /** UTC, in whole seconds: `2026-02-01T12:00:00`. */
  readonly at: string;
  readonly as: string;
  /** Of the execution. */
  readonly input: Json;
}

/** Something broken in the program: what somebody deleted, or got wrong. */
export type Mutation =
  /** A statement of the policy whose name ends so. */
  | { readonly kind: 'removeGrant'; readonly policy: string; readonly sid: string }
  /** The catcher of an error, or all of them. */
  | { readonly kind: 'removeCatch'; readonly state: string; readonly error?: string }
  /** A field of a state. */
  | { readonly kind: 'removeField'; readonly state: string; readonly field: string }
  /** The choice of a state, or a state that makes none, that leads somewhere leads elsewhere. */
  | {
      readonly kind: 'reroute';
      readonly state: string;
      readonly from: string;
      readonly to: string;
    }
  /** A passage in the archive of the function whose name ends so; it must occur there exactly once. */
  | {
      readonly kind: 'replaceCode';
      readonly function: string;
      readonly from: string;
      readonly to: string;
    };

const root = path.join(__dirname, '..', '..');

/** Rehearses the scenarios, by name, in one process of its own. */
export async function rehearseScenarios<Names extends string>(
  scenarios: Readonly<Record<Names, ScenarioInput>>,
): Promise<Record<Names, RehearsalResult>> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scenarios-'));
  try {
    const [input, output] = [path.join(folder, 'input.json'), path.join(folder, 'output.json')];
    fs.writeFileSync(input, JSON.stringify(Object.values(scenarios)));
    await runScript('tests/support/rehearse-scenarios.ts', [input, output]);
    const results = JSON.parse(fs.readFileSync(output, 'utf8')) as RehearsalResult[];
    const names = Object.keys(scenarios) as Names[];
    return Object.fromEntries(names.map((name, index) => [name, results[index]])) as Record<
      Names,
      RehearsalResult
    >;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** A fault of a sweep, and what it broke. */
export interface SweptFault {
  /** Such as `killExecution at dynamodb:UpdateItem by function:claim (1 of 2)`. */
  readonly name: string;
  readonly broken: readonly string[];
}

/** Sweeps a scenario with faults of these kinds, at every call that changes something and at every state. */
export async function sweepScenario(
  scenario: ScenarioInput,
  kinds: readonly string[],
): Promise<SweptFault[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sweep-'));
  try {
    const [input, output] = [path.join(folder, 'input.json'), path.join(folder, 'output.json')];
    fs.writeFileSync(input, JSON.stringify({ scenario, kinds }));
    await runScript('tests/support/sweep-scenario.ts', [input, output]);
    return JSON.parse(fs.readFileSync(output, 'utf8')) as SweptFault[];
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** How a command ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run rehearse -- ...` in a folder, without npm's own start. */
export async function rehearseCommand(
  options: readonly string[],
  directory = root,
): Promise<CommandResult> {
  try {
    const { stdout, stderr } = await runScript('rehearsal/main.ts', options, directory);
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as CommandResult;
  }
}

/** A copy of this project with another configuration of its stack `dev`; all other files are links. */
export function projectWithConfig(config: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'project-'));
  for (const name of fs.readdirSync(root)) {
    if (!/^(Pulumi\..+\.yaml|\.git)$/.test(name)) {
      fs.symlinkSync(path.join(root, name), path.join(folder, name));
    }
  }
  fs.writeFileSync(path.join(folder, 'Pulumi.dev.yaml'), config);
  return folder;
}

function runScript(script: string, options: readonly string[], directory = root) {
  const command = [require.resolve('tsx/cli'), path.join(root, script), ...options];
  return promisify(execFile)(process.execPath, command, { cwd: directory, maxBuffer: 2 ** 28 });
}
