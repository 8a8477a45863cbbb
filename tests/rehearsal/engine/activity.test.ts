import { Cloud } from '../../../rehearsal/engine/cloud';
import type { Trace } from '../../../rehearsal/engine/trace';
import type { Activity, Service, View } from '../../../rehearsal/services/service';

/** A service that boils an egg of its own, and one that eats what the other has boiled. */
interface Kitchen {
  readyAt: number | undefined;
  boiled: number;
}

const SECOND = 1000;

function service<State>(given: Partial<Service<State>> & { id: string; createState: () => State }) {
  return {
    clientPackage: '@aws-sdk/client-sqs',
    protocol: 'json-1.0',
    behaviours: [],
    operations: {},
    toEstate: () => ({}),
    ...given,
  } as unknown as Service;
}

const kitchen = service<Kitchen>({
  id: 'kitchen',
  createState: () => ({ readyAt: undefined, boiled: 0 }),
  operations: {
    Boil: {
      mutates: true,
      authorize: () => [],
      handle: (_, state, { now }) => {
        state.readyAt = now + 240 * SECOND;
        return {};
      },
    },
  },
  nextAt: ({ readyAt }) => readyAt,
  act: (state, { measure }) => {
    state.readyAt = undefined;
    state.boiled += 1;
    measure({ namespace: 'Kitchen', name: 'Eggs', dimensions: {}, value: state.boiled });
  },
});

const table = service<{ eaten: number }>({
  id: 'table',
  createState: () => ({ eaten: 0 }),
  nextAt: ({ eaten }, { now, peer }: View) =>
    peer<Kitchen>('kitchen').boiled > eaten ? now : undefined,
  act: (state, { peer }: Activity) => {
    state.eaten = peer<Kitchen>('kitchen').boiled;
  },
});

function account(services: readonly Service[]) {
  const trace: Trace = { calls: [], executions: [], events: [], metrics: [] };
  const told: number[] = [];
  const clock = { now: 0 };
  const cloud = new Cloud({
    scope: {
      account: '111122223333',
      region: 'eu-west-1',
      partition: 'aws',
      estate: {},
      resources: [],
    },
    services,
    authorizer: { authorize: () => ({ allowed: true, reason: '' }) },
    trace,
    now: () => clock.now,
    random: () => 0.5,
    nextFault: () => undefined,
    emit: () => undefined,
    onNext: (at) => told.push(at),
  });
  const boil = () =>
    cloud.call({
      service: 'kitchen',
      operation: 'Boil',
      input: {},
      principal: { roleArn: 'cook' },
      caller: 'user',
    });
  return { cloud, trace, told, clock, boil };
}

// `table` comes first: it must still see at the same instant what the kitchen did after its turn.
describe('services that do something by themselves', () => {
  test('are asked for the next time after every change, and do what is due then', () => {
    const { cloud, trace, told, clock, boil } = account([table, kitchen]);
    expect(cloud.nextAt()).toBeUndefined();
    boil();
    expect(told).toEqual([240 * SECOND]);
    clock.now = 240 * SECOND;
    cloud.act();
    expect(cloud.save().services).toMatchObject({ kitchen: { boiled: 1 }, table: { eaten: 1 } });
    expect(cloud.nextAt()).toBeUndefined();
    expect(trace.metrics).toEqual([
      {
        at: '1970-01-01T00:04:00.000Z',
        namespace: 'Kitchen',
        name: 'Eggs',
        dimensions: {},
        value: 1,
      },
    ]);
  });

  test('take the data points that matter to them, and say when they act on one', () => {
    const gauge = service<{ seen: number[] }>({
      id: 'gauge',
      createState: () => ({ seen: [] }),
      receive: ({ seen }, { name, value }) => {
        if (name === 'Eggs') seen.push(value);
        return name === 'Eggs';
      },
      nextAt: ({ seen }) => (seen.length > 0 ? 300 * SECOND : undefined),
    });
    const { cloud, told } = account([gauge, kitchen]);
    const metric = { namespace: 'Kitchen', name: 'Eggs', dimensions: {}, value: 1 };
    cloud.measure({ ...metric, name: 'Spoons' });
    expect(told).toEqual([]);
    cloud.measure(metric);
    expect(told).toEqual([300 * SECOND]);
    expect(cloud.save().services).toMatchObject({ gauge: { seen: [1] } });
  });

  test('do nothing before their time', () => {
    const { cloud, clock, boil } = account([kitchen]);
    boil();
    clock.now = 239 * SECOND;
    cloud.act();
    expect(cloud.save().services).toMatchObject({ kitchen: { boiled: 0 } });
  });

  test('cannot keep each other busy at one instant for ever', () => {
    const restless = service({
      id: 'restless',
      createState: () => ({}),
      nextAt: () => 0,
      act: () => undefined,
    });
    const { cloud } = account([restless]);
    expect(() => cloud.act()).toThrow(
      'The services keep each other busy at 1970-01-01T00:00:00.000Z.',
    );
  });

  test('a service that is not there cannot be asked', () => {
    const { cloud } = account([table]);
    expect(() => cloud.nextAt()).toThrow(
      'The rehearsal has no service kitchen that acts by itself.',
    );
  });
});
