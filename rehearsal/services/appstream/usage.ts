import type { Usage } from '../service';
import { recordsOf, type AppStreamState, type ImageRecord } from './state';

/**
 * AppStream bills the image builder of an update by the hour, started hours in full, at the price of the smallest
 * instance of the family: here stream.standard.medium in us-east-1, as listed on 2026-01-01.
 * https://aws.amazon.com/appstream2/pricing/
 */
const HOURLY_PRICE = 0.1;

/** The hours of the builders that updates have used since the start. */
export function builderUsage(state: AppStreamState, now: number): readonly Usage[] {
  const hours = recordsOf(state).map((record) => builderHours(record, now));
  const quantity = hours.reduce((sum, one) => sum + one, state.hoursOfDeleted);
  const group = 'builders';
  return [
    { item: 'AppStream image builders', quantity, unit: 'hours', price: HOURLY_PRICE, group },
  ];
}

/** Hours of the builder that made an image by now. Those of others' updates are not the program's expense. */
export function builderHours({ image, creation }: ImageRecord, now: number): number {
  if (creation?.source === undefined || creation.by !== undefined) return 0;
  const end = Math.min(now, creation.endsAt);
  return Math.ceil((end - Date.parse(image.CreatedTime)) / 3_600_000);
}
