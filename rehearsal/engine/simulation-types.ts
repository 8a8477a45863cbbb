import type { Fault, FaultPlanState } from '../faults';
import type { Program } from '../host/program';
import type { Iam } from '../iam/iam';
import type { Progress } from '../report/progress';
import type { Json, Service, Usage } from '../services/service';
import type { ClockState } from './clock';
import type { Cloud, CloudState } from './cloud';
import type { EngineUsage } from './cost';
import type { ExecutionsState } from './executions';
import type { Trace } from './trace';

/** What is simulated. */
export interface SimulationOptions {
  readonly program: Program;
  readonly estate: Json;
  readonly account: string;
  readonly region: string;
  /** The emulated services, less Step Functions, which is the engine itself. */
  readonly services: readonly Service[];
  readonly faults: readonly Fault[];
  /** Virtual start and end, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly seed: number;
  readonly progress: Progress;
}

/** What is left of a simulation: everything that a report or a judge may want to know. */
export interface SimulationOutcome {
  readonly trace: Trace;
  readonly estate: Json;
  readonly iam: { readonly denied: Cloud['denied']; readonly unused: ReturnType<Iam['unused']> };
  readonly assumptions: readonly string[];
  readonly unimplemented: readonly string[];
  readonly unusedFaults: readonly Fault[];
  readonly engine: EngineUsage;
  readonly usage: readonly Usage[];
}

/**
 * A simulation at rest, as plain data that can go to another process. What the options say is not in it: it is
 * resumed with the same ones, except that faults may be added at the end of the list, and `to` may be another.
 */
export interface SavedSimulation {
  readonly clock: ClockState;
  readonly trace: Trace;
  readonly cloud: CloudState;
  readonly executions: ExecutionsState;
  readonly usedGrants: ReturnType<Iam['used']>;
  readonly faults: FaultPlanState;
  readonly usage: Omit<EngineUsage, 'workflowLogBytes'>;
  /** States of the random streams. */
  readonly random: Readonly<Record<'latency' | 'service' | 'fault' | 'functions', number>>;
  /** Last numbers given to requests of functions, to those of state machines, and to events. */
  readonly counters: Readonly<Record<'sequence' | 'requests' | 'events', number>>;
}

/** What of a simulation is seen by whoever decides how long it goes on. */
export interface SimulationView {
  readonly trace: Trace;
  /** Virtual time, epoch milliseconds. */
  readonly now: number;
  /** Whether no state machine runs. */
  readonly isIdle: boolean;
  /** What is still to come, in order. */
  due(): ClockState['entries'];
  /** The account as of now, in the shape of the estate. */
  estate(): Json;
  save(): SavedSimulation;
}

export interface RunOptions {
  /**
   * Asked at each moment at which the simulation could be saved: nothing is in flight, and time is about to move
   * on. True ends the simulation there. @default never
   */
  readonly stopWhen?: (simulation: SimulationView) => boolean;
  /** @default none: from the start */
  readonly resume?: SavedSimulation;
}
