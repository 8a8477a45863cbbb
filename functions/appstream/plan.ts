import type { Fact, ItemReport } from '../foundation/notification';
import type { Experience } from './durations';
import type { RunLimits } from './enter-window';

/** What a plan would take: time, money and room. What will not fit is the last of the queue. */
export function describePlan(
  queued: readonly string[],
  outcomes: readonly ItemReport[],
  limits: RunLimits,
  experience: Experience | undefined,
): Fact[] {
  const planned = new Set(
    outcomes.filter(({ outcome }) => outcome === 'planned').map(({ id }) => id),
  );
  const names = queued.filter((name) => planned.has(name));
  const late = names.slice(limits.room);
  const shown = late.slice(0, 20).join(', ');
  return [
    ...estimate(names.length - late.length, limits, experience),
    ...(late.length === 0
      ? []
      : [
          {
            name: 'Would not fit',
            value: `${late.length} images: ${shown}${late.length > 20 ? ' and others' : ''}`,
          },
        ]),
  ];
}

function estimate(
  updates: number,
  { updates: quota, batchSize, images, room }: RunLimits,
  experience: Experience | undefined,
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
