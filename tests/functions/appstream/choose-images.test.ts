import { createHandler } from '../../../functions/appstream/choose-images';
import { createHandler as createFollowUp } from '../../../functions/appstream/follow-up';
import { createHandler as createMeasure } from '../../../functions/appstream/measure-room';
import type { RunMode } from '../../../functions/appstream/run-input';
import { recordSurveyed, type SurveyedImage } from '../../../functions/appstream/survey-log';
import {
  acquireLease,
  readWorkItem,
  recordIntent,
  type Ledger,
} from '../../../functions/foundation/ledger';
import { isStopped } from '../../../functions/foundation/run-control';
import { readRunLog, recordOutcome, recordQueue } from '../../../functions/foundation/run-log';
import { emulateAccount, image, LEDGER_TABLE, namedError } from '../../support/emulated-clients';

interface Given {
  readonly surveyed?: readonly SurveyedImage[];
  readonly builders?: readonly string[];
  /** By quota code; absent: it cannot be read. */
  readonly quotas?: Readonly<Record<string, number>>;
  /** ARNs of the executions that run. */
  readonly running?: readonly string[];
  readonly maxImages?: number;
}

interface Chosen {
  readonly mode?: RunMode;
  readonly batchSize?: number;
  readonly named?: readonly string[];
}

const defaults: Readonly<Record<string, number>> = {
  'L-9B6418E0': 5,
  'L-E1182CCA': 10,
  'L-DE32F884': 10,
};

async function prepare(given: Given = {}) {
  const { surveyed = [], builders = [], quotas = defaults, running = [] } = given;
  const own = surveyed.filter(({ owner }) => owner === undefined);
  const images = own.map(({ name }) => image(name));
  const account = emulateAccount({ appstream: { images } });
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  await recordSurveyed(ledger, 'me', 0, surveyed, account.now());
  const quotaOf = async ({ QuotaCode = '' }) => {
    const Value = quotas[QuotaCode];
    if (Value === undefined) throw namedError('AccessDeniedException');
    return { Quota: { Value } };
  };
  const sfn = {
    listExecutions: async () => ({
      executions: ['arn:execution:me', ...running].map((executionArn) => ({ executionArn })),
    }),
  } as never;
  const { now } = account;
  const chooseImages = createHandler({ sfn, ledger, maxImages: given.maxImages ?? 100, now });
  const followUp = createFollowUp({ sfn, ledger, now });
  const measureRoom = createMeasure({
    appstream: {
      describeImages: account.appstream.describeImages,
      describeImageBuilders: async () => ({
        ImageBuilders: builders.map((State, index) => ({ Name: `builder-${index}`, State })),
      }),
    } as never,
    serviceQuotas: { getServiceQuota: quotaOf, getAWSDefaultServiceQuota: quotaOf } as never,
    ledger,
    now,
  });
  const me = { execution: 'arn:execution:me', run: 'me', machine: 'arn:machine' };
  /** As the workflow does. */
  const choose = async (given: Chosen = {}) => {
    const { mode = 'update', batchSize = 5, named = [] } = given;
    const chosen = await chooseImages({ ...me, mode, named });
    return { ...chosen, ...(await measureRoom({ ...me, batchSize, planned: false })) };
  };
  const others = (mode: 'reconcile' | 'stop') => followUp({ ...me, input: { mode } });
  return {
    account,
    ledger,
    choose,
    others,
    refused: (input: unknown) => followUp({ ...me, input }),
    log: () => readRunLog(ledger, 'me'),
  };
}

function surveyed(name: string, members: Partial<SurveyedImage> = {}): SurveyedImage {
  return { name, state: 'AVAILABLE', tags: { AutoUpdate: 'Enabled' }, createdAt: 1, ...members };
}

const four = ['a', 'b', 'c', 'd'].map((name) => surveyed(name));

describe('choosing what a run updates', () => {
  it('writes down the queue, and why the others are not in it', async () => {
    const { choose, log } = await prepare({
      surveyed: [surveyed('a'), surveyed('b', { tags: {} }), surveyed('c')],
    });
    const { queue, quiet, warning } = await choose();
    expect({ queue, quiet, items: warning.items }).toEqual({
      queue: [0, 1],
      quiet: false,
      items: [],
    });
    const { queued, leftOut } = await log();
    expect(queued).toEqual(['a', 'c']);
    expect(leftOut.map(({ id, reason }) => [id, reason])).toEqual([
      ['b', 'not opted in: it has no tag AutoUpdate'],
    ]);
  });

  it('is quiet where there is nothing to do, unless it was asked by name or for a plan', async () => {
    expect((await (await prepare()).choose()).quiet).toBe(true);
    expect((await (await prepare()).choose({ mode: 'plan' })).quiet).toBe(false);
    const { choose, log } = await prepare();
    expect((await choose({ named: ['absent'] })).quiet).toBe(false);
    expect((await log()).leftOut[0]?.reason).toBe(
      'there is no image absent that this account owns',
    );
  });

  it('never works on more images at a time than the quota or the batch size allows', async () => {
    const { choose } = await prepare({ surveyed: four });
    expect((await choose()).concurrency).toBe(5);
    expect((await choose({ batchSize: 40 })).concurrency).toBe(5);
    expect((await choose({ batchSize: 3 })).concurrency).toBe(3);
    const raised = await prepare({ quotas: { ...defaults, 'L-9B6418E0': 50 } });
    expect((await raised.choose({ batchSize: 40 })).concurrency).toBe(40);
    const none = await prepare({ quotas: { ...defaults, 'L-9B6418E0': 0 } });
    expect((await none.choose()).concurrency).toBe(1);
  });

  it('tells the reader what is in use, by whomever', async () => {
    const { choose } = await prepare({
      surveyed: [...four, surveyed('foreign', { owner: '444455556666', tags: {} })],
      builders: ['UPDATING', 'PENDING_QUALIFICATION', 'RUNNING'],
    });
    expect((await choose()).facts).toEqual([
      { name: 'Updates at a time', value: '5: batch size 5, quota 5 (L-9B6418E0)' },
      {
        name: 'In use at the start',
        value:
          '2 of 5 concurrent updates, 4 of 10 images (L-E1182CCA), 3 of 10 image builders (L-DE32F884)',
      },
    ]);
  });

  it('warns of what will not fit into the quota of images before anything starts', async () => {
    const { choose } = await prepare({
      surveyed: four,
      quotas: { ...defaults, 'L-E1182CCA': 6 },
    });
    const { limits, warning, queue } = await choose();
    expect(limits).toMatchObject({ room: 2, tight: true });
    expect(queue).toHaveLength(4);
    expect(warning.subject).toBe('2 of 4 images may not fit into the quota of images');
    expect(warning.items.map(({ id, outcome, reason }) => [id, outcome, reason])).toEqual(
      ['c', 'd'].map((id) => [
        id,
        'postponed',
        'it does not fit: the account has 4 of 6 images (L-E1182CCA); delete images that nothing uses, or have the quota raised',
      ]),
    );
    const roomy = await (await prepare({ surveyed: four })).choose();
    expect([roomy.limits.tight, roomy.warning.items]).toEqual([false, []]);
  });

  it("takes AWS's default for a quota that it cannot read, and says so", async () => {
    const { choose } = await prepare({ quotas: { 'L-9B6418E0': 50 } });
    const { limits, facts } = await choose();
    expect(limits).toMatchObject({ updates: 50, images: 10, builders: 10 });
    expect(facts.at(-1)).toEqual({
      name: 'Quotas not readable',
      value: "L-E1182CCA, L-DE32F884: AWS's defaults were taken for them",
    });
  });

  it('leaves to another run what is in its queue, and takes what is new or done there', async () => {
    const { account, ledger, choose, log } = await prepare({
      surveyed: four,
      running: ['arn:execution:other'],
    });
    await recordQueue(ledger, 'other', ['a', 'b'], account.now());
    const at = '2026-02-01T12:00:00.000Z';
    const done = { id: 'b', outcome: 'failed', reason: 'r', startedAt: at, endedAt: at } as const;
    await recordOutcome(ledger, 'other', done, account.now());
    await choose();
    expect((await log()).queued).toEqual(['b', 'c', 'd']);
    expect((await log()).leftOut.map(({ reason }) => reason)).toEqual([
      'the run other has it in its queue',
    ]);
  });

  it('adopts the newest successor that did not fail where the ledger knows of none', async () => {
    const successor = (name: string, createdAt: number, state: string) =>
      surveyed(name, {
        createdAt,
        state,
        tags: { AutoUpdate: 'Enabled', 'evergreen:source': 'a' },
      });
    const { ledger, choose } = await prepare({
      surveyed: [
        successor('third', 3, 'FAILED'),
        successor('second', 2, 'CREATING'),
        successor('first', 1, 'AVAILABLE'),
        surveyed('a'),
      ],
    });
    await choose();
    expect((await readWorkItem(ledger, 'a')).target).toBe('second');
  });

  it('sees everything in a plan as in a run', async () => {
    const { choose, log } = await prepare({ surveyed: four });
    expect(await choose({ mode: 'plan' })).toMatchObject({ queue: [0, 1, 2, 3], quiet: false });
    expect((await log()).queued).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('following up', () => {
  it('writes nothing on a day without anything open', async () => {
    const { account, others } = await prepare();
    account.calls.length = 0;
    expect(await others('reconcile')).toEqual({ mode: 'reconcile', queue: [] });
    expect(account.calls).toEqual(['Query']);
  });

  it('takes what the ledger holds open, unless a run is at it, and looks at no image', async () => {
    const { account, ledger, others, log } = await prepare({ running: ['arn:execution:alive'] });
    for (const [item, owner] of [
      ['dead', 'arn:execution:gone'],
      ['busy', 'arn:execution:alive'],
    ] as const) {
      await acquireLease(ledger, item, owner, async () => false, account.now());
      await recordIntent(ledger, item, owner, {
        target: `${item}-next`,
        attempt: 1,
        intendedAt: account.now().toISOString(),
      });
    }
    account.calls.length = 0;
    expect(await others('reconcile')).toEqual({ mode: 'reconcile', queue: [0] });
    expect((await log()).queued).toEqual(['dead']);
    expect(account.calls).not.toContain('DescribeImages');
  });
});

it('refuses what it does not know in those modes as well', async () => {
  const { refused } = await prepare();
  await expect(refused({ mode: 'stop', run: 'x' })).rejects.toMatchObject({
    name: 'InvalidInput',
  });
});

describe('stopping', () => {
  it('asks every other run to start nothing more, and does nothing itself', async () => {
    const { ledger, others } = await prepare({
      surveyed: four,
      running: ['arn:execution:one', 'arn:execution:two'],
    });
    expect(await others('stop')).toEqual({ mode: 'stop', queue: [] });
    expect([await isStopped(ledger, 'one'), await isStopped(ledger, 'two')]).toEqual([true, true]);
    expect(await isStopped(ledger, 'me')).toBe(false);
  });
});
