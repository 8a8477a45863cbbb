import type { SimulationView } from '../../../rehearsal/engine/simulation';
import type { Program } from '../../../rehearsal/host/program';
import type { Json } from '../../../rehearsal/services/service';
import { Moments, stateOf } from '../../../rehearsal/sweep/moments';

const program = {
  resources: [
    {
      type: 'aws:dynamodb/table:Table',
      inputs: { ttl: { attributeName: 'expiresAt', enabled: true } },
      outputs: { name: 'ledger' },
    },
  ],
} as unknown as Program;

const image = (State: string) => ({ images: [{ Name: 'desktop', State, Tags: {} }] });
const table = (...Items: Json[]) => ({ tables: [{ TableName: 'ledger', Items }] });
const row = (more: Json = {}) => ({
  item: { S: 'item#desktop' },
  settledAt: { S: '2026-02-01T12:00:00Z' },
  fence: { N: '1' },
  ...more,
});

const state = (estate: Json) => stateOf(program, {}, estate);

describe('how a run stands', () => {
  it('is told by the account and by the rows that stay, whatever the times and the numbers are', () => {
    const one = state({ appstream: image('AVAILABLE'), dynamodb: table(row()) });
    const later = row({ settledAt: { S: '2026-02-03T06:30:01Z' }, fence: { N: '12' } });
    expect(state({ appstream: image('AVAILABLE'), dynamodb: table(later) })).toBe(one);
    expect(state({ appstream: image('FAILED'), dynamodb: table(row()) })).not.toBe(one);
    const leased = row({ leaseOwner: { S: 'arn' } });
    expect(state({ appstream: image('AVAILABLE'), dynamodb: table(leased) })).not.toBe(one);
  });

  it('is not told by rows that expire: they are logs', () => {
    const log = { item: { S: 'run#1' }, expiresAt: { N: '1' } };
    expect(state({ dynamodb: table(row(), log) })).toBe(state({ dynamodb: table(row()) }));
  });

  it('is remembered once a day, and only while no state machine runs', () => {
    const moments = new Moments(program, {});
    const look = (hours: number, isIdle = true) =>
      moments.look({ now: hours * 3_600_000, isIdle, estate: () => ({}) } as SimulationView);
    look(1, false);
    look(2);
    look(3);
    look(26);
    expect(moments.all.map(({ at }) => at / 3_600_000)).toEqual([2, 26]);
  });
});
