import type { SimulationView } from '../engine/simulation';
import type { Program } from '../host/program';
import type { Json } from '../services/service';
import { finalState } from './final-state';

/** How the account stood at a moment at which no state machine ran. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly at: number;
  /** See `stateOf`. */
  readonly state: string;
}

/** Remembers how a run stands, once a day, as the last thing before something new begins. */
export class Moments {
  readonly all: Moment[] = [];

  constructor(
    private readonly program: Program,
    private readonly before: Json,
  ) {}

  /** To be called at every moment at which the simulation could be saved. */
  look(simulation: SimulationView): void {
    if (!simulation.isIdle) return;
    const day = (at: number) => Math.floor(at / 86_400_000);
    const last = this.all.at(-1);
    if (last !== undefined && day(last.at) === day(simulation.now)) return;
    const state = stateOf(this.program, this.before, simulation.estate());
    this.all.push({ at: simulation.now, state });
  }
}

/**
 * All that decides what the program does next, as text in which times, numbers and names of runs are the same
 * whatever they are: the final state of the account, and the rows of tables that stay. Those that expire are logs.
 */
export function stateOf(program: Program, before: Json, estate: Json): string {
  const expiry = new Map(
    program.resources
      .filter(({ type }) => type === 'aws:dynamodb/table:Table')
      .map(({ outputs, inputs }) => [outputs.name as string, inputs.ttl?.attributeName as string]),
  );
  const rows = ((estate.dynamodb?.tables ?? []) as Json[]).flatMap(({ TableName, Items = [] }) =>
    (Items as Json[])
      .filter((item) => item[expiry.get(TableName) ?? ''] === undefined)
      .map((item) => neutral(JSON.stringify(item))),
  );
  return [finalState(before, estate), ...rows.sort()].join('\n');
}

function neutral(text: string): string {
  return text.replace(/[0-9a-f]{8}-[0-9a-f-]{20,}/g, '#').replace(/\d+/g, '#');
}
