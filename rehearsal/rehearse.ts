import * as fs from 'node:fs';
import * as path from 'node:path';
import type { RehearsalArguments } from './arguments';
import { checkInvariants } from './checker';
import { checkDefinitions } from './definitions';
import { costOf } from './engine/cost';
import { notificationsOf } from './engine/notifications';
import { simulate, type SimulationOutcome } from './engine/simulation';
import { loadEstate, type Estate } from './estate';
import { loadFaults, type Fault } from './faults';
import { analyzeProgram, type PolicyViolation } from './host/analyzer';
import { startPreview } from './host/preview';
import type { Program } from './host/program';
import { runProgram } from './host/run-program';
import { itemsOf } from './items';
import { finalItems } from './report/format';
import { createProgress, type ProgressStream } from './report/progress';
import type { RehearsalResult } from './result';
import { capacityResults, refreshResults } from './rollouts';
import { services } from './services';
import type { Json } from './services/service';

/** A rehearsal with what its JSON does not carry. */
export interface Rehearsal {
  readonly result: RehearsalResult;
  /** What the policy pack says of the program. */
  readonly violations: readonly PolicyViolation[];
  /** What makes the rehearsal less than it should be: calls that are not emulated, faults that hit nothing. */
  readonly warnings: readonly string[];
}

/** A rehearsal with what it was made of, so that more can be tried with the same. */
export interface ProgramRehearsal extends Rehearsal {
  readonly program: Program;
  readonly scenario: Scenario;
}

/**
 * Rehearses the Pulumi program of a directory: runs it, checks it, lives through the virtual days, and judges what
 * happened. Nothing is deployed and no AWS account is touched.
 *
 * @throws InputError, StackConfigError or ProgramError where the input cannot be used
 */
export async function rehearse(
  directory: string,
  options: RehearsalArguments,
  terminal: ProgressStream,
): Promise<ProgramRehearsal> {
  const estate = loadEstate(options.estate);
  const faults = options.faults === undefined ? [] : loadFaults(options.faults);
  terminal.write(`Running the program for stack ${options.stack}\n`);
  const { account, region } = estate;
  const run = { directory, stack: options.stack, account, region };
  const program = await runProgram(run);
  // It is the update that is rehearsed; the preview only has to be possible. It runs on the core that is idle from here.
  const preview = startPreview(run);
  try {
    const policies = path.join(directory, 'policy');
    const violations = fs.existsSync(policies) ? await analyzeProgram(policies, program) : [];
    const from = Date.parse(options.from ?? estate.capturedAt);
    const to = from + options.days * 86_400_000;
    const scenario = { estate, faults, from, to, seed: options.seed, violations };
    const rehearsal = await rehearseProgram(program, scenario, terminal);
    await preview.ended;
    return { ...rehearsal, program, scenario };
  } finally {
    preview.stop();
  }
}

/** What a program is rehearsed with. */
export interface Scenario {
  readonly estate: Estate;
  readonly faults: readonly Fault[];
  /** Virtual start and end, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly seed: number;
  /** @default none */
  readonly violations?: readonly PolicyViolation[];
}

/** Rehearses a program that has been run already. Throws an `InputError` for definitions that it cannot run. */
export async function rehearseProgram(
  program: Program,
  scenario: Scenario,
  terminal: ProgressStream,
): Promise<Rehearsal> {
  const { outcome, result } = await observeProgram(program, scenario, terminal);
  const { violations = [] } = scenario;
  return { result, violations, warnings: warningsOf(program, outcome) };
}

/** The same, with all that the result is made of: of a large estate that is a lot to hold on to. */
export async function observeProgram(
  program: Program,
  scenario: Scenario,
  terminal: ProgressStream,
): Promise<{ readonly outcome: SimulationOutcome; readonly result: RehearsalResult }> {
  checkDefinitions(program);
  const { estate, violations = [] } = scenario;
  const span = {
    from: new Date(scenario.from).toISOString(),
    to: new Date(scenario.to).toISOString(),
  };
  const progress = createProgress(terminal, span);
  try {
    const { account, region } = estate;
    const outcome = await simulate({ ...scenario, program, account, region, services, progress });
    return { outcome, result: judge(estate, outcome, span, violations) };
  } finally {
    progress.finish();
  }
}

function judge(
  estate: Json,
  outcome: SimulationOutcome,
  span: { readonly from: string; readonly to: string },
  violations: readonly PolicyViolation[],
): RehearsalResult {
  const { trace, iam } = outcome;
  const notifications = notificationsOf(trace);
  const items = itemsOf(trace);
  const course = { before: estate, trace, after: outcome.estate };
  const invariants = checkInvariants({ ...course, iam, notifications });
  const refreshes = refreshResults(course, span);
  const capacity = capacityResults(trace);
  const ok =
    invariants.every((invariant) => invariant.held) &&
    outcome.unimplemented.length === 0 &&
    !violations.some((violation) => violation.enforcement === 'mandatory');
  return {
    ok,
    ...span,
    executions: trace.executions.map((execution) => ({
      workflow: execution.workflow,
      id: execution.id,
      trigger: execution.trigger,
      startedAt: execution.startedAt,
      endedAt: execution.endedAt ?? null,
      status: execution.status,
      ...(execution.output === undefined ? {} : { output: execution.output }),
      ...(execution.error === undefined ? {} : { error: execution.error }),
      transitions: execution.transitions,
      historyEvents: execution.historyEvents,
    })),
    items,
    notifications,
    calls: trace.calls.map((call) => ({
      at: call.at,
      principal: call.principal,
      action: call.action,
      resource: call.resource,
      outcome: call.error?.code ?? 'ok',
    })),
    iam: { denied: iam.denied, unused: iam.unused },
    invariants,
    assumptions: outcome.assumptions,
    cost: costOf(trace, outcome.engine, outcome.usage, finalItems(items)),
    ...(refreshes.length > 0 && { refreshes }),
    ...(capacity.length > 0 && { capacity }),
    estate: outcome.estate,
  };
}

function warningsOf(program: Program, outcome: SimulationOutcome): string[] {
  return [
    ...program.warnings,
    ...outcome.unimplemented.map(
      (call) => `The program calls ${call}, which the rehearsal does not emulate.`,
    ),
    ...outcome.unusedFaults.map((fault) => `This fault hit nothing: ${JSON.stringify(fault)}.`),
  ];
}
