import { appstream } from '../../rehearsal/services/appstream';
import { dynamodb } from '../../rehearsal/services/dynamodb';
import {
  AwsError,
  type Call,
  type Json,
  type Scope,
  type Service,
} from '../../rehearsal/services/service';

/** A small account in memory, with clients that look like those of the SDK and call the emulated services. */
export interface EmulatedAccount {
  readonly appstream: Json;
  readonly dynamodb: Json;
  /** Moves the clock. */
  readonly advance: (hours: number) => void;
  readonly now: () => Date;
  /** Calls so far, as `operation`. */
  readonly calls: string[];
  /** Throws this error at the next call of the operation, or after `skipped` further ones, before it has an effect. */
  readonly failNext: (operation: string, error: Error, skipped?: number) => void;
  /** The estate as it is now. */
  readonly estate: () => Json;
}

export const LEDGER_TABLE = 'ledger';

export function emulateAccount(estate: Json): EmulatedAccount {
  let now = Date.parse('2026-02-01T12:00:00Z');
  const scope: Scope = {
    account: '111122223333',
    region: 'eu-west-1',
    partition: 'aws',
    estate: {
      account: '111122223333',
      region: 'eu-west-1',
      capturedAt: '2026-02-01T12:00:00Z',
      ...estate,
    },
    resources: [
      {
        urn: 'urn:ledger',
        type: 'aws:dynamodb/table:Table',
        name: LEDGER_TABLE,
        inputs: {
          billingMode: 'PAY_PER_REQUEST',
          hashKey: 'workflow',
          rangeKey: 'item',
          attributes: [
            { name: 'workflow', type: 'S' },
            { name: 'item', type: 'S' },
          ],
        },
        outputs: {
          name: LEDGER_TABLE,
          arn: `arn:aws:dynamodb:eu-west-1:111122223333:table/${LEDGER_TABLE}`,
          hashKey: 'workflow',
          rangeKey: 'item',
        },
      },
    ],
  };
  const calls: string[] = [];
  const failures: { readonly operation: string; readonly error: Error; skipped: number }[] = [];
  const states = new Map<string, Json>();
  const call = (caller: string): Call => ({
    now,
    random: () => 0.5,
    scope,
    caller,
    principal: 'arn:aws:iam::111122223333:role/test',
    uses: () => undefined,
    emit: () => undefined,
    measure: () => undefined,
    peer: <State>(id: string) => {
      if (!states.has(id)) throw new Error(`The test has no client of ${id} yet.`);
      return states.get(id) as State;
    },
  });
  const client = (service: Service): Json => {
    states.set(service.id, service.createState(scope));
    return new Proxy(
      {},
      {
        get: (_, method: string) => async (input: Json) => {
          const name = method.charAt(0).toUpperCase() + method.slice(1);
          const operation = service.operations[name];
          if (operation === undefined) throw new Error(`${service.id} has no ${name}.`);
          calls.push(name);
          const due = failures.findIndex((one) => one.operation === name && one.skipped-- === 0);
          const [failure] = due < 0 ? [] : failures.splice(due, 1);
          if (failure !== undefined) throw failure.error;
          try {
            return operation.handle(structuredClone(input), states.get(service.id), call('test'));
          } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            throw Object.assign(new Error(error.message), { name: error.code, ...error.members });
          }
        },
      },
    );
  };
  const clients = {
    appstream: client(appstream),
    dynamodb: client(dynamodb),
  };
  return {
    ...clients,
    advance: (hours) => {
      now += hours * 3_600_000;
    },
    now: () => new Date(now),
    calls,
    failNext: (operation, error, skipped = 0) => failures.push({ operation, error, skipped }),
    estate: () => appstream.toEstate(states.get('appstream'), now, scope),
  };
}

/** An image as the estate holds it. */
export function image(name: string, members: Json = {}): Json {
  return {
    Name: name,
    Arn: `arn:aws:appstream:eu-west-1:111122223333:image/${name}`,
    State: 'AVAILABLE',
    Visibility: 'PRIVATE',
    Platform: 'WINDOWS_SERVER_2022',
    CreatedTime: '2025-12-01T00:00:00Z',
    ...members,
  };
}

export function namedError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}
