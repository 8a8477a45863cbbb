import { EventBridge } from '@aws-sdk/client-eventbridge';

import { parseResource } from '../../../rehearsal/asl';
import { VirtualClock } from '../../../rehearsal/engine/clock';
import { Cloud } from '../../../rehearsal/engine/cloud';
import { EventBus } from '../../../rehearsal/engine/event-bus';
import { Tasks } from '../../../rehearsal/engine/tasks';
import type { Trace } from '../../../rehearsal/engine/trace';
import { eventbridge } from '../../../rehearsal/services/eventbridge';
import type { Json, Scope, Service } from '../../../rehearsal/services/service';
import { startWireServer } from '../../../rehearsal/wire/server';
import { createBench, START } from './support';

const entry = (more: Json = {}) => ({
  Source: 'evergreen',
  DetailType: 'Image updated',
  Detail: '{"image":"desk"}',
  ...more,
});

describe('PutEvents', () => {
  test('puts each event on the bus under the id that it answers', () => {
    const bench = createBench(eventbridge, {});
    const Time = new Date('2026-01-31T23:00:00.750Z');
    const answer = bench.call('PutEvents', {
      Entries: [entry({ Resources: ['arn:a'], Time: Time.toISOString() }), entry()],
    });
    expect(answer.FailedEntryCount).toBe(0);
    const ids = answer.Entries.map(({ EventId }: Json) => EventId);
    expect(new Set(ids).size).toBe(2);
    const event = {
      source: 'evergreen',
      'detail-type': 'Image updated',
      detail: { image: 'desk' },
    };
    expect(bench.events).toEqual([
      { ...event, id: ids[0], time: '2026-01-31T23:00:00Z', resources: ['arn:a'] },
      { ...event, id: ids[1], resources: [] },
    ]);
  });

  test.each([
    ['without a source', { Source: '' }, 'InvalidArgument'],
    ['without a detail type', { DetailType: undefined }, 'InvalidArgument'],
    ['without a detail', { Detail: undefined }, 'InvalidArgument'],
    ['with a detail type of 129 characters', { DetailType: 'd'.repeat(129) }, 'InvalidArgument'],
    ['in the name of AWS', { Source: 'aws.states' }, 'NotAuthorizedForSourceException'],
    ['with a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
    ['with a detail that is no object', { Detail: '["desk"]' }, 'MalformedDetail'],
    ['with a detail of null', { Detail: 'null' }, 'MalformedDetail'],
  ])('fails an entry %s alone', (_, more, ErrorCode) => {
    const bench = createBench(eventbridge, {});
    const answer = bench.call('PutEvents', { Entries: [entry(more), entry()] });
    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode }, { EventId: expect.any(String) }],
    });
    expect(bench.events).toHaveLength(1);
  });

  // The entry itself: 9 bytes of source and 13 of detail type; a time counts 14.
  const filled = (bytes: number) => entry({ Detail: `{"a":"${'ü'.repeat(bytes / 2)}"}` });

  test.each([
    ['no entry', { Entries: [] }, 'ValidationException'],
    ['11 entries', { Entries: Array(11).fill(entry()) }, 'ValidationException'],
    [
      'entries none of which is whole',
      { Entries: [entry({ Source: '' }), entry({ Detail: '' })] },
      'ValidationException: Parameter Source',
    ],
    [
      '256 KB, in bytes',
      { Entries: [filled(262_144 - 30)] },
      'ValidationException: Total size of the entries in the request is over the limit: 262144',
    ],
    ['another bus', { Entries: [entry({ EventBusName: 'mine' })] }, 'NotImplemented'],
    ['a trace', { Entries: [entry({ TraceHeader: 'x' })] }, 'NotImplemented'],
    ['an endpoint', { Entries: [entry()], EndpointId: 'x' }, 'NotImplemented'],
  ])('refuses %s as a whole', (_, input, refusal) => {
    const bench = createBench(eventbridge, {});
    expect(bench.refusal('PutEvents', input)).toContain(refusal);
    expect(bench.events).toEqual([]);
  });

  test('takes a byte or two less than 256 KB, and the default bus by its name and ARN', () => {
    const bench = createBench(eventbridge, {});
    bench.call('PutEvents', { Entries: [filled(262_144 - 32)] });
    const arn = 'arn:aws:events:eu-west-1:111122223333:event-bus/default';
    for (const EventBusName of ['default', arn]) {
      bench.call('PutEvents', { Entries: [entry({ EventBusName })] });
    }
    expect(bench.events).toHaveLength(3);
  });

  test('asks IAM for each entry, with its source and detail type', () => {
    const bench = createBench(eventbridge, {});
    const resource = 'arn:aws:events:eu-west-1:111122223333:event-bus/default';
    const context = { 'events:source': 'evergreen', 'events:detail-type': 'Image updated' };
    expect(bench.access('PutEvents', { Entries: [entry(), entry({ Source: 'b' })] })).toEqual([
      { action: 'events:PutEvents', resource, context },
      { action: 'events:PutEvents', resource, context: { ...context, 'events:source': 'b' } },
    ]);
  });
});

describe('a rule matches what is put', () => {
  const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:listener';

  /** A bus with a rule for our own events, which starts a state machine. */
  function account() {
    const starts: Json[] = [];
    const states: Service<null> = {
      id: 'states',
      clientPackage: '@aws-sdk/client-sfn',
      protocol: 'json-1.0',
      behaviours: [],
      createState: () => null,
      operations: {
        StartExecution: {
          mutates: true,
          authorize: () => [],
          handle: ({ input }) => {
            starts.push(JSON.parse(input));
            return {};
          },
        },
      },
      toEstate: () => ({}),
    };
    const resource = (inputs: Json, outputs: Json = {}) => ({
      urn: '',
      type: '',
      name: 'it',
      inputs,
      outputs,
    });
    const scope: Scope = {
      account: '111122223333',
      region: 'eu-west-1',
      partition: 'aws',
      estate: {},
      resources: [],
    };
    const trace: Trace = { calls: [], executions: [], events: [], metrics: [] };
    const clock = new VirtualClock({ start: Date.parse(START) });
    const cloud: Cloud = new Cloud({
      scope,
      services: [eventbridge, states] as Service[],
      authorizer: { authorize: () => ({ allowed: true, reason: '' }) },
      trace,
      now: () => clock.now,
      random: () => 0,
      nextFault: () => undefined,
      emit: (event) => bus.emit(event),
    });
    const bus = new EventBus({
      clock,
      cloud,
      trace,
      account: scope.account,
      region: scope.region,
      rules: [resource({ eventPattern: '{"source":["evergreen"]}' }, { name: 'ours', arn: 'r' })],
      targets: [resource({ rule: 'ours', arn: machine, roleArn: 'role' })],
      canAssume: () => true,
    });
    return { clock, cloud, trace, starts };
  }

  const wait = (clock: VirtualClock) => clock.runUntil(clock.now + 1000);

  test('by a state machine', async () => {
    const { clock, cloud, trace, starts } = account();
    const answers: Json[] = [];
    const tasks = new Tasks({
      clock,
      cloud,
      random: () => 0,
      invoke: () => Promise.reject(new Error('no function is expected')),
      signal: (_, signal) => answers.push(signal),
      afterCall: () => undefined,
    });
    const called = 'arn:aws:states:::aws-sdk:eventbridge:putEvents';
    tasks.run({
      execution: 'e',
      machine: { name: 'updater', arn: 'a', roleArn: 'role', definition: {} },
      effect: {
        kind: 'startTask',
        task: 1,
        state: 'Tell',
        resource: called,
        integration: parseResource(called),
        input: { Entries: [entry(), entry({ Source: 'somebody' })] },
      },
    } as Json);
    await wait(clock);
    expect(answers).toMatchObject([
      { kind: 'taskSucceeded', output: { FailedEntryCount: 0, Entries: [{}, {}] } },
    ]);
    expect(starts).toEqual([
      {
        version: '0',
        id: answers[0].output.Entries[0].EventId,
        account: '111122223333',
        region: 'eu-west-1',
        time: '2026-02-01T12:00:00Z',
        source: 'evergreen',
        'detail-type': 'Image updated',
        resources: [],
        detail: { image: 'desk' },
      },
    ]);
    expect(trace.calls[0]).toMatchObject({
      service: 'events',
      operation: 'PutEvents',
      caller: 'state:updater/Tell',
      mutates: true,
    });
  });

  test('by the SDK’s client in a function', async () => {
    const { clock, cloud, starts } = account();
    const server = await startWireServer({
      services: [eventbridge],
      onCall: async ({ service, operation, input }) => {
        const principal = { roleArn: 'role' };
        return cloud.call({ service, operation, input, principal, caller: 'function:f' }) as Json;
      },
      now: () => clock.now,
    });
    const client = new EventBridge({
      endpoint: server.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    try {
      const Time = new Date('2026-02-01T11:59:59Z');
      const { Entries } = await client.putEvents({
        Entries: [entry({ Time }), entry({ Source: 'aws.x' })],
      });
      expect(Entries).toMatchObject([{}, { ErrorCode: 'NotAuthorizedForSourceException' }]);
      await wait(clock);
      expect(starts).toMatchObject([
        { id: Entries?.[0]?.EventId, time: '2026-02-01T11:59:59Z', detail: { image: 'desk' } },
      ]);
    } finally {
      client.destroy();
      await server.close();
    }
  });
});
