import { createLedger, type Ledger } from '../foundation/ledger';
import type { Fact } from '../foundation/notification';
import { readRunLog, recordOutcome } from '../foundation/run-log';
import { readExperience } from './durations';
import type { RunLimits } from './enter-window';
import { doesNotFit } from './quotas';

export interface EstimateEvent {
  readonly run: string;
  readonly limits: RunLimits;
  readonly facts: readonly Fact[];
}

export interface EstimateResult {
  readonly facts: readonly Fact[];
}

export interface EstimateDependencies {
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/** What a plan would take: time, money and room. What does not fit any more is told apart. */
export function createHandler({ ledger, now }: EstimateDependencies) {
  return async ({ run, limits, facts }: EstimateEvent): Promise<EstimateResult> => {
    const { queued, outcomes } = await readRunLog(ledger, run);
    const lines = new Map(outcomes.map((line) => [line.id, line]));
    const planned = queued.flatMap((name) => {
      const line = lines.get(name);
      return line?.outcome === 'planned' ? [line] : [];
    });
    const late = planned.slice(limits.room);
    const reason = doesNotFit(limits.images, limits.images);
    for (const line of late) {
      await recordOutcome(ledger, run, { ...line, outcome: 'postponed', reason }, now());
    }
    const updates = planned.length - late.length;
    const experience = await readExperience(ledger);
    return { facts: [...facts, ...estimate(updates, limits, experience)] };
  };
}

export const factory = () => createHandler({ ledger: createLedger(), now: () => new Date() });

function estimate(
  updates: number,
  { updates: quota, batchSize, images, room }: RunLimits,
  experience: Awaited<ReturnType<typeof readExperience>>,
): Fact[] {
  const window = Math.max(1, Math.min(quota, batchSize));
  // AWS says only "several hours": https://docs.aws.amazon.com/appstream2/latest/developerguide/administer-images.html
  const hours = experience?.hours ?? 3.5;
  // The last ones run without the others: half an update on average for each of them.
  const total = updates === 0 ? 0 : Math.max(hours, (updates * hours) / window + hours / 2);
  // Started hours are billed in full, at the price of stream.standard.medium in us-east-1 on 2026-01-01, and a
  // run was measured to cost less than half a cent for each update: https://aws.amazon.com/appstream2/pricing/
  const billed = updates * Math.ceil(hours);
  return [
    { name: 'Would update', value: `${updates} images` },
    {
      name: 'Expected duration',
      value:
        updates === 0
          ? 'none'
          : `about ${spell(total)}, ${window} at a time, ${spell(hours)} each (${
              experience === undefined
                ? 'assumed: AWS says several hours'
                : `the average of ${experience.updates} updates`
            })`,
    },
    {
      name: 'Expected cost',
      value:
        `about ${(billed * 0.1).toFixed(2)} USD for ${billed} hours of image builders (0.10 USD an hour), ` +
        `and ${(updates * 0.005).toFixed(2)} USD for the work of the run itself`,
    },
    {
      name: 'Room for images',
      value: `${room} of ${images} now, ${Math.max(0, room - updates)} afterwards`,
    },
  ];
}

function spell(hours: number): string {
  if (hours >= 48) return `${(hours / 24).toFixed(1)} days`;
  return `${hours.toFixed(1)} hours`;
}
