import type { AppStream } from '@aws-sdk/client-appstream';
import type { ServiceQuotas } from '@aws-sdk/client-service-quotas';
import { createLedger, type Ledger } from '../foundation/ledger';
import type { Fact, ItemReport } from '../foundation/notification';
import { readRunLog } from '../foundation/run-log';
import { readExperience } from './durations';
import type { RunLimits } from './enter-window';
import { createAppStream } from './images';
import { describePlan } from './plan';
import {
  countBuilders,
  countImages,
  doesNotFit,
  readQuotas,
  type BuilderUse,
  type Quotas,
} from './quotas';

export interface MeasureEvent {
  readonly run: string;
  readonly batchSize: number;
  /** Whether the plan is made, so that it is known what would be updated. */
  readonly planned: boolean;
}

export interface MeasureResult {
  /** Children of the Map at a time. */
  readonly concurrency: number;
  readonly limits: RunLimits;
  /** For the reader of the report. */
  readonly facts: readonly Fact[];
  /** What is known before anything starts and should not wait for the report; no items: nothing. */
  readonly warning: { readonly subject: string; readonly items: readonly ItemReport[] };
}

export interface MeasureDependencies {
  readonly appstream: Pick<AppStream, 'describeImages' | 'describeImageBuilders'>;
  readonly serviceQuotas: Pick<ServiceQuotas, 'getServiceQuota' | 'getAWSDefaultServiceQuota'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/** How much room the account has for what is queued, and what will not fit; of a plan also what it would take. */
export function createHandler(dependencies: MeasureDependencies) {
  const { appstream, serviceQuotas, ledger, now } = dependencies;
  return async ({ run, batchSize, planned }: MeasureEvent): Promise<MeasureResult> => {
    const { queued, outcomes } = await readRunLog(ledger, run);
    const { quotas, unread } = await readQuotas(serviceQuotas);
    const use = await countBuilders(appstream);
    const owned = await countImages(appstream);
    const room = Math.max(0, quotas.images - owned);
    const limits = { ...quotas, batchSize, room, tight: room < queued.length };
    const experience = await readExperience(ledger);
    const plan = planned ? describePlan(queued, outcomes, limits, experience) : [];
    return {
      concurrency: Math.max(1, Math.min(batchSize, quotas.updates)),
      limits,
      facts: [...describeUse(quotas, unread, use, owned, batchSize), ...plan],
      warning: warnOfRoom(queued, room, doesNotFit(owned, quotas.images), now()),
    };
  };
}

export const factory = () => {
  const { ServiceQuotas } =
    require('@aws-sdk/client-service-quotas') as typeof import('@aws-sdk/client-service-quotas');
  return createHandler({
    appstream: createAppStream(),
    serviceQuotas: new ServiceQuotas({}),
    ledger: createLedger(),
    now: () => new Date(),
  });
};

function describeUse(
  quotas: Quotas,
  unread: readonly string[],
  { builders, updating }: BuilderUse,
  images: number,
  batchSize: number,
): Fact[] {
  return [
    {
      name: 'Updates at a time',
      value: `${Math.min(batchSize, quotas.updates)}: batch size ${batchSize}, quota ${quotas.updates} (L-9B6418E0)`,
    },
    {
      name: 'In use at the start',
      value:
        `${updating.length} of ${quotas.updates} concurrent updates, ${images} of ${quotas.images} images (L-E1182CCA), ` +
        `${builders} of ${quotas.builders} image builders (L-DE32F884)`,
    },
    ...(unread.length === 0
      ? []
      : [
          {
            name: 'Quotas not readable',
            value: `${unread.join(', ')}: AWS's defaults were taken for them`,
          },
        ]),
  ];
}

/** In the order of the queue: some may turn out to be up to date, and leave their place to others. */
function warnOfRoom(
  queued: readonly string[],
  room: number,
  reason: string,
  now: Date,
): MeasureResult['warning'] {
  const late = queued.slice(room);
  const at = now.toISOString();
  return {
    subject: `${late.length} of ${queued.length} images may not fit into the quota of images`,
    items: late
      .slice(0, 50)
      .map((id) => ({ id, outcome: 'postponed', reason, startedAt: at, endedAt: at })),
  };
}
