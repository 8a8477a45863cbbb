import {
  simulate,
  type SimulationView,
  type SavedSimulation,
  type SimulationOptions,
  type SimulationOutcome,
} from '../engine/simulation';
import type { Estate } from '../estate';
import type { Fault } from '../faults';
import type { Program } from '../host/program';
import type { Progress } from '../report/progress';
import { services } from '../services';
import { Moments, stateOf, type Moment } from './moments';
import { isAtRest, isSettled } from './settled';

/** What is swept: all that the runs of a sweep have in common. */
export interface SweptScenario {
  readonly program: Program;
  readonly estate: Estate;
  /** Virtual start and end, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly seed: number;
}

/** A run whose call sites are swept. */
export interface BaseRun {
  /** What goes wrong in it anyway. */
  readonly faults: readonly Fault[];
  readonly outcome: SimulationOutcome;
  /** In the order of time: the run as it was before its calls. */
  readonly saves: readonly SavedSimulation[];
  /** How it stood, day by day. */
  readonly moments: readonly Moment[];
}

/**
 * How many states of a run are kept at a time. With fewer of them more of the run is lived through again before a
 * fault; each holds the histories of the executions that go on.
 */
const MOST_SAVES = 256;

/** Runs a scenario to its end, and saves it on the way: the last moment before each group of calls that can be. */
export async function runBase(
  scenario: SweptScenario,
  faults: readonly Fault[],
  resume?: SavedSimulation,
): Promise<BaseRun> {
  let saves: SavedSimulation[] = resume === undefined ? [] : [resume];
  let stride = 1;
  let count = 0;
  const moments = new Moments(scenario.program, scenario.estate);
  const outcome = await simulate(optionsOf(scenario, faults), {
    ...(resume !== undefined && { resume }),
    stopWhen: (simulation) => {
      moments.look(simulation);
      count += 1;
      if (count % stride !== 0) return false;
      // Of two moments with the same calls the later one is nearer to the next.
      if (saves.at(-1)?.trace.calls.length === simulation.trace.calls.length) saves.pop();
      saves.push(simulation.save());
      if (saves.length > MOST_SAVES) {
        saves = saves.filter((_, index) => index % 2 === 0);
        stride *= 2;
      }
      return false;
    },
  });
  return { faults, outcome, saves, moments: moments.all };
}

/** The last of the saved states that the call is not part of. */
export function saveBefore({ saves }: Pick<BaseRun, 'saves'>, call: number): SavedSimulation {
  const save = saves.filter(({ trace }) => trace.calls.length <= call).at(-1);
  if (save === undefined) throw new Error(`The run was not saved before its call ${call}.`);
  return save;
}

/** What a run with a fault came to. */
export interface CaseRun {
  readonly outcome: SimulationOutcome;
  /** Whether it ended early, since it stood as the undisturbed run did at that time. */
  readonly converged: boolean;
}

/**
 * Goes on from a saved state with one fault more: until the end, until nothing new can happen, or until it is at rest
 * and stands as the undisturbed run stood, so that what follows is known.
 *
 * @param undisturbed how that run stood. Absent: it is enough to be at rest, as where the fault stays
 */
export async function runCase(
  scenario: SweptScenario,
  faults: readonly Fault[],
  call: number,
  resume: SavedSimulation,
  undisturbed?: readonly Moment[],
): Promise<CaseRun> {
  const { program, estate } = scenario;
  const events = new Set(estate.events.map(({ at }) => Date.parse(at)));
  let converged = false;
  const isAsUndisturbed = (simulation: SimulationView): boolean => {
    if (undisturbed === undefined) return true;
    const then = undisturbed.filter(({ at }) => at <= simulation.now).at(-1);
    return then !== undefined && stateOf(program, estate, simulation.estate()) === then.state;
  };
  const outcome = await simulate(optionsOf(scenario, faults), {
    resume,
    stopWhen: (simulation) => {
      if (isSettled(simulation, call, scenario.to)) return true;
      converged = isAtRest(simulation, call, events) && isAsUndisturbed(simulation);
      return converged;
    },
  });
  return { outcome, converged };
}

function optionsOf(scenario: SweptScenario, faults: readonly Fault[]): SimulationOptions {
  const { account, region } = scenario.estate;
  return { ...scenario, account, region, services, faults, progress: silent };
}

const nothing = (): void => undefined;

const silent: Progress = {
  advanced: nothing,
  executionStarted: nothing,
  executionEnded: nothing,
  itemEnded: nothing,
  notified: nothing,
  faultInjected: nothing,
  finish: nothing,
};
