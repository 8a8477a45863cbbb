import type { SimulationOutcome } from '../engine/simulation';
import type { Trace } from '../engine/trace';
import type { Fault } from '../faults';
import type { UnusedGrant } from '../result';
import { changedEstate } from '../checker/invariant';
import { callSites, planCases, RESTART_SECONDS, siteKey, type SweepCase } from './cases';
import { finalState } from './final-state';
import type { Broken } from './judge';
import { runJobs, type PooledJob } from './pool';
import { runBase, runCase, saveBefore, type BaseRun, type SweptScenario } from './run';

export type { SweepCase } from './cases';
export type { Broken } from './judge';
export type { SweptScenario } from './run';

/** A case with what became of it. */
export interface SweptCase extends Omit<SweepCase, 'passes' | 'excused'> {
  /** All faults of the run: those of the case, after those of the run that was swept. */
  readonly faults: readonly Fault[];
  readonly broken: readonly Broken[];
}

/** What a sweep found. */
export interface SweepResult {
  /** The run without a fault, whose call sites were swept. */
  readonly reference: SimulationOutcome;
  /** Call sites, and calls at which something went wrong. */
  readonly sites: number;
  readonly places: number;
  /** In the order of the runs and of their calls. */
  readonly cases: readonly SweptCase[];
  /** Grants that no run used. */
  readonly unused: readonly UnusedGrant[];
}

export interface SweepOptions {
  /** Processes at a time. */
  readonly processes: number;
  /** Restricts the sweep, for tests. @default every case */
  readonly isWanted?: (candidate: SweepCase) => boolean;
  /** Told when all cases are known, and then of each as it is done. */
  readonly onProgress: (done: number, total: number, latest?: SweptCase) => void;
}

/**
 * Virtual time by which the runs of a sweep go on after the end of the rehearsal: what goes wrong on its last day is
 * made good by what runs daily.
 */
const AFTERMATH = 2 * 86_400_000;

/**
 * Injects every kind of fault at every call site of the rehearsal: of the run in which nothing goes wrong, and, for
 * the call sites that this one has not, of a run that is killed halfway. Each case begins at a saved state of its
 * run, shortly before the call, and is judged by all invariants.
 */
export async function sweep(
  rehearsed: SweptScenario,
  { processes, isWanted = () => true, onProgress }: SweepOptions,
): Promise<SweepResult> {
  const end = rehearsed.to;
  const scenario = { ...rehearsed, to: end + AFTERMATH };
  const reference = await runBase(scenario, []);
  const planned: PlannedCase[] = await planReference(scenario, reference, end);
  const killed = await runKilled(scenario, reference);
  if (killed !== undefined) planned.push(...planKilled(reference, killed, end));
  const wanted = planned.filter(isWanted);

  const bases = [reference, ...(killed === undefined ? [] : [killed])];
  let unused = bases.map(({ outcome }) => outcome.iam.unused).reduce(inBoth);
  const cases: SweptCase[] = [];
  let done = 0;
  onProgress(done, wanted.length);
  await runJobs(
    processes,
    { scenario, moments: reference.moments },
    wanted.map(toJob),
    (position, answer) => {
      const { site, call, occurrence, of, kind, faults } = wanted[position]!;
      const broken =
        'failure' in answer ? [{ invariant: '-', detail: answer.failure }] : answer.broken;
      if ('unused' in answer) unused = inBoth(unused, answer.unused);
      cases[position] = { site, call, occurrence, of, kind, faults, broken };
      done += 1;
      onProgress(done, wanted.length, cases[position]);
    },
  );
  return {
    reference: reference.outcome,
    sites: new Set(wanted.map(({ site }) => siteKey(site))).size,
    places: new Set(wanted.map(({ site, occurrence }) => `${siteKey(site)} ${occurrence}`)).size,
    cases,
    unused,
  };
}

interface PlannedCase extends SweepCase, Pick<PooledJob, 'save' | 'expected'> {}

function toJob({ call, faults, excused, save, expected }: PlannedCase): PooledJob {
  return {
    call,
    faults,
    save,
    ...(excused !== undefined && { excused }),
    ...(expected !== undefined && { expected }),
  };
}

/** The cases of the run without a fault. */
async function planReference(
  scenario: SweptScenario,
  base: BaseRun,
  end: number,
): Promise<PlannedCase[]> {
  const { estate } = scenario;
  const undisturbed = finalState(estate, base.outcome.estate);
  const cases: PlannedCase[] = [];
  const repeated = new Map<string, string>();
  for (const one of planCases(base.outcome.trace, end)) {
    const expected = [undisturbed];
    const { execution } = base.outcome.trace.calls[one.call]!;
    if (one.kind === 'killExecution' && one.passes && execution !== undefined) {
      const known = repeated.get(execution);
      const state = known ?? (await stateAfterRepetition(scenario, base, execution));
      repeated.set(execution, state);
      expected.push(state);
    }
    cases.push({ ...one, save: saveBefore(base, one.call), ...(one.passes && { expected }) });
  }
  return cases;
}

/**
 * The state to which it comes when an execution is not killed, but started again all the same: a run that is
 * started again tries once more what AWS had failed to do.
 */
async function stateAfterRepetition(
  scenario: SweptScenario,
  base: BaseRun,
  execution: string,
): Promise<string> {
  const { trace } = base.outcome;
  const { startedAt = '', endedAt = '' } =
    trace.executions.find(({ id }) => id === execution) ?? {};
  const start = trace.calls.find(({ output }) => output?.executionArn === execution);
  // Who has changed nothing changes nothing when repeated.
  const changes = trace.calls.some((call) => call.execution === execution && changedEstate(call));
  if (!changes || start === undefined) return finalState(scenario.estate, base.outcome.estate);
  const delaySeconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 + RESTART_SECONDS;
  const fault: Fault = { kind: 'duplicateEvent', at: { call: start.index }, delaySeconds };
  const save = saveBefore(base, start.index);
  // To its end: nobody knows how an undisturbed run with a repetition stands.
  const { outcome } = await runCase(scenario, [fault], start.index, save, []);
  return finalState(scenario.estate, outcome.estate);
}

/** The run whose longest execution is killed halfway, for the call sites that only such a run has. */
async function runKilled(
  scenario: SweptScenario,
  reference: BaseRun,
): Promise<BaseRun | undefined> {
  const kill = killHalfway(reference.outcome.trace);
  if (kill === undefined) return undefined;
  return runBase(scenario, [kill.fault], saveBefore(reference, kill.call));
}

/** To kill once more would be two faults; and a run that is killed for good does not come to the same end. */
function planKilled(reference: BaseRun, killed: BaseRun, end: number): PlannedCase[] {
  const known = new Set([...callSites(reference.outcome.trace)].map(({ site }) => siteKey(site)));
  return planCases(killed.outcome.trace, end)
    .filter(({ site, kind }) => kind !== 'killExecution' && !known.has(siteKey(site)))
    .map((one) => ({
      ...one,
      faults: [...killed.faults, ...one.faults],
      save: saveBefore(killed, one.call),
    }));
}

/** Stops the execution that makes the most calls, in the middle of them. */
function killHalfway(trace: Trace): { readonly call: number; readonly fault: Fault } | undefined {
  const calls = new Map<string, number[]>();
  for (const { execution, index } of trace.calls) {
    if (execution !== undefined) calls.set(execution, [...(calls.get(execution) ?? []), index]);
  }
  const longest = [...calls.values()].sort((a, b) => b.length - a.length)[0];
  const call = longest?.[Math.floor(longest.length / 2)];
  return call === undefined ? undefined : { call, fault: { kind: 'killExecution', at: { call } } };
}

function inBoth(some: readonly UnusedGrant[], others: readonly UnusedGrant[]): UnusedGrant[] {
  const texts = new Set(others.map((grant) => JSON.stringify(grant)));
  return some.filter((grant) => texts.has(JSON.stringify(grant)));
}
