import { dynamodb, type DynamoState } from '../../../../rehearsal/services/dynamodb';
import { AwsError, type Call, type Json, type Scope } from '../../../../rehearsal/services/service';

/** Inputs of `aws:dynamodb/table:Table`, as a program would give them. */
export const TABLES: Readonly<Record<string, Json>> = {
  ledger: {
    attributes: [
      { name: 'workflow', type: 'S' },
      { name: 'entry', type: 'S' },
      { name: 'holder', type: 'S' },
      { name: 'score', type: 'N' },
    ],
    hashKey: 'workflow',
    rangeKey: 'entry',
    billingMode: 'PAY_PER_REQUEST',
    globalSecondaryIndexes: [
      { name: 'byHolder', hashKey: 'holder', rangeKey: 'score', projectionType: 'ALL' },
      { name: 'keysOnly', hashKey: 'holder', projectionType: 'KEYS_ONLY' },
      {
        name: 'some',
        hashKey: 'holder',
        rangeKey: 'entry',
        projectionType: 'INCLUDE',
        nonKeyAttributes: ['n'],
      },
    ],
  },
  numbers: {
    attributes: [
      { name: 'id', type: 'N' },
      { name: 'serial', type: 'N' },
    ],
    hashKey: 'id',
    rangeKey: 'serial',
    billingMode: 'PAY_PER_REQUEST',
  },
  blobs: {
    attributes: [
      { name: 'id', type: 'S' },
      { name: 'part', type: 'B' },
    ],
    hashKey: 'id',
    rangeKey: 'part',
  },
  single: {
    attributes: [{ name: 'id', type: 'S' }],
    hashKey: 'id',
    billingMode: 'PAY_PER_REQUEST',
    ttl: { attributeName: 'expires', enabled: true },
  },
};

/** A time that is long after the start of the epoch, so that reads may lag. */
export const NOON = Date.UTC(2026, 0, 1, 12);

export function scopeOf(tables: Readonly<Record<string, Json>>, estate: Json = {}): Scope {
  return {
    account: '123456789012',
    region: 'eu-central-1',
    partition: 'aws',
    estate,
    resources: Object.entries(tables).map(([name, inputs]) => ({
      urn: `urn:pulumi:dev::test::aws:dynamodb/table:Table::${name}`,
      type: 'aws:dynamodb/table:Table',
      name,
      inputs,
      outputs: {
        ...inputs,
        name,
        arn: `arn:aws:dynamodb:eu-central-1:123456789012:table/${name}`,
      },
    })),
  };
}

/** The emulated DynamoDB with its clock. */
export class Emulation {
  now = NOON;
  readonly used: string[] = [];
  readonly state: DynamoState;

  constructor(readonly scope: Scope = scopeOf(TABLES)) {
    this.state = dynamodb.createState(scope);
  }

  /** Makes a call at the virtual time; throws `AwsError`. */
  send(operation: string, input: Json): Json {
    const call: Call = {
      now: this.now,
      random: () => 0.5,
      scope: this.scope,
      caller: 'user',
      principal: 'arn:aws:sts::123456789012:assumed-role/test/test',
      uses: (behaviour) => this.used.push(behaviour),
      emit: () => undefined,
      measure: () => undefined,
      peer: () => {
        throw new Error('DynamoDB needs no other service');
      },
    };
    return dynamodb.operations[operation]!.handle(input, this.state, call);
  }

  /** The error that a call ends with. */
  refusal(operation: string, input: Json): AwsError {
    try {
      this.send(operation, input);
    } catch (error) {
      if (error instanceof AwsError) return error;
      throw error;
    }
    throw new Error(`${operation} was not refused`);
  }

  put(table: string, item: Json): void {
    this.send('PutItem', { TableName: table, Item: item });
  }

  get(table: string, key: Json): Json {
    return this.send('GetItem', { TableName: table, Key: key, ConsistentRead: true }).Item;
  }
}
