import { Cloud } from '../../rehearsal/engine/cloud';
import { services } from '../../rehearsal/services';
import type { Json } from '../../rehearsal/services/service';

/** A small account in memory, with clients that look like those of the SDK and call the emulated services. */
export interface EmulatedAccount {
  readonly appstream: Json;
  readonly autoscaling: Json;
  readonly cloudwatch: Json;
  readonly dynamodb: Json;
  readonly ec2: Json;
  readonly ecs: Json;
  readonly ssm: Json;
  /** Moves the clock; what the services do by themselves meanwhile is done. */
  readonly advance: (hours: number) => void;
  readonly now: () => Date;
  /** Calls so far, as `operation`. */
  readonly calls: string[];
  /** Throws this error at the next call of the operation, or after `skipped` further ones, before it has an effect. */
  readonly failNext: (operation: string, error: Error, skipped?: number) => void;
  /** Throws this error at the next call of the operation, after it has taken effect. */
  readonly loseNext: (operation: string, error: Error) => void;
  /** The estate as it is now. */
  readonly estate: () => Json;
}

export const LEDGER_TABLE = 'ledger';

const ACCOUNT = { account: '111122223333', region: 'eu-west-1' };

/** When the account is what the estate says, where that does not tell. */
const START = '2026-02-01T12:00:00Z';

const ledgerTable = {
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
};

export function emulateAccount(estate: Json): EmulatedAccount {
  let now = Date.parse(estate.capturedAt ?? START);
  const cloud = new Cloud({
    scope: {
      ...ACCOUNT,
      partition: 'aws',
      estate: { ...ACCOUNT, capturedAt: START, ...estate },
      resources: [ledgerTable],
    },
    services,
    authorizer: { authorize: () => ({ allowed: true, reason: 'Everybody may do everything.' }) },
    trace: { calls: [], executions: [], events: [], metrics: [] },
    now: () => now,
    // Every duration is the middle of its range.
    random: () => 0.5,
    nextFault: () => undefined,
    emit: () => undefined,
  });
  const calls: string[] = [];
  const failures: {
    readonly operation: string;
    readonly error: Error;
    readonly isLate: boolean;
    skipped: number;
  }[] = [];
  const client = (service: string): Json =>
    new Proxy(
      {},
      {
        get: (_, method: string) => async (input: Json) => {
          const operation = method.charAt(0).toUpperCase() + method.slice(1);
          calls.push(operation);
          const due = failures.findIndex(
            (one) => one.operation === operation && one.skipped-- === 0,
          );
          const [failure] = due < 0 ? [] : failures.splice(due, 1);
          if (failure?.isLate === false) throw failure.error;
          const answer: Json = cloud.call({
            service,
            operation,
            input: structuredClone(input),
            principal: { roleArn: 'arn:aws:iam::111122223333:role/test' },
            caller: 'test',
          });
          const { error } = answer;
          if (error?.code === 'NotImplemented') throw new Error(error.message);
          if (error !== undefined) {
            throw Object.assign(new Error(error.message), { name: error.code, ...error.members });
          }
          if (failure !== undefined) throw failure.error;
          return answer.output;
        },
      },
    );
  const fail = (operation: string, error: Error, isLate: boolean, skipped: number) =>
    failures.push({ operation, error, isLate, skipped });
  const account = {
    appstream: client('appstream'),
    autoscaling: client('autoscaling'),
    cloudwatch: client('monitoring'),
    dynamodb: client('dynamodb'),
    ec2: client('ec2'),
    ecs: client('ecs'),
    ssm: client('ssm'),
    advance: (hours: number) => {
      const then = now + hours * 3_600_000;
      for (;;) {
        const next = cloud.nextAt();
        if (next === undefined || next > then) break;
        now = Math.max(now, next);
        cloud.act();
      }
      now = then;
    },
    now: () => new Date(now),
    calls,
    failNext: (operation: string, error: Error, skipped = 0) =>
      fail(operation, error, false, skipped),
    loseNext: (operation: string, error: Error) => fail(operation, error, true, 0),
    estate: () => cloud.toEstate(),
  };
  // What is due at the start.
  account.advance(0);
  return account;
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
