import {
  AwsError,
  type BusEvent,
  type DeployedResource,
  type Json,
  type Metric,
  type Scope,
  type Service,
} from '../../../rehearsal/services/service';
import { startWireServer } from '../../../rehearsal/wire/server';

/** One service on its own, at a time that the test sets. */
export interface Bench {
  /** Calls an operation as the engine would, on a state that went through JSON. */
  call(operation: string, input?: Json): Json;
  /** The code of the error that a call answers; throws where it answers none. */
  refusal(operation: string, input?: Json): string;
  access(operation: string, input: Json): Json;
  /** Lets virtual time pass. */
  pass(span: {
    readonly seconds?: number;
    readonly minutes?: number;
    readonly hours?: number;
  }): void;
  now: number;
  estate(): Json;
  usage(): Json;
  readonly used: Set<string>;
  /** What went to the event bus. */
  readonly events: BusEvent[];
}

/** @param draw what every draw gives, in [0, 1) */
export function createBench<State>(
  service: Service<State>,
  estate: Json,
  options: { readonly resources?: readonly DeployedResource[]; readonly draw?: number } = {},
): Bench {
  const scope: Scope = {
    account: '111122223333',
    region: 'eu-west-1',
    partition: 'aws',
    estate: { account: '111122223333', region: 'eu-west-1', capturedAt: START, ...estate },
    resources: options.resources ?? [],
  };
  let state = service.createState(scope);
  const used = new Set<string>();
  const operation = (name: string) => {
    const found = service.operations[name];
    if (found === undefined) throw new Error(`${service.id} does not implement ${name}`);
    return found;
  };
  const events: BusEvent[] = [];
  const metrics: Metric[] = [];
  const bench: Bench = {
    used,
    events,
    now: Date.parse(START),
    call: (name, input = {}) => {
      // A rehearsal may be saved and resumed at any call.
      state = JSON.parse(JSON.stringify(state));
      return operation(name).handle(input, state, {
        now: bench.now,
        random: () => options.draw ?? 0.5,
        scope,
        caller: 'function:test',
        principal: 'arn:aws:iam::111122223333:role/test',
        uses: (id) => {
          if (!service.behaviours.some((behaviour) => behaviour.id === id)) {
            throw new Error(`the table of behaviours has no ${id}`);
          }
          used.add(id);
        },
        emit: (event) => events.push(event),
        measure: (metric) => metrics.push(metric),
        peer: (id) => {
          throw new Error(`${service.id} asks for ${id}: test it with the account of the emulator`);
        },
      });
    },
    refusal: (name, input) => {
      const before = JSON.stringify(state);
      try {
        bench.call(name, input);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        if (JSON.stringify(state) !== before) throw new Error('a refused call changed the state');
        return `${error.code}: ${error.message}`;
      }
      throw new Error(`${name} was not refused`);
    },
    access: (name, input) => operation(name).authorize(input, state, scope),
    pass: ({ seconds = 0, minutes = 0, hours = 0 }) => {
      bench.now += ((hours * 60 + minutes) * 60 + seconds) * 1000;
    },
    estate: () => service.toEstate(state, bench.now, scope),
    usage: () => service.usage?.(state, bench.now),
  };
  return bench;
}

/** When every bench starts. */
/** Serves a bench to the SDK's clients. */
export function serveBench(service: Service<Json>, bench: Bench) {
  return startWireServer({
    services: [service],
    onCall: async ({ operation, input }) => {
      try {
        return { output: bench.call(operation, input) };
      } catch (error) {
        if (error instanceof AwsError) return { error };
        throw error;
      }
    },
    now: () => bench.now,
  });
}

export const START = '2026-02-01T12:00:00.000Z';

export function deployed(type: string, outputs: Json, inputs: Json = {}): DeployedResource {
  return { urn: `urn:pulumi:dev::test::${type}::it`, type, name: 'it', inputs, outputs };
}
