import type { Json } from '../services/service';
import { once, timeOf, type Evidence } from './invariant';

/** When AMIs were created, by id, epoch milliseconds: of all that the estates, their events and any answer tell. */
export const amiTimes = once(({ before, trace, after }: Evidence): ReadonlyMap<string, number> => {
  const events: Json[] = before?.events ?? [];
  const told = trace.calls.filter(
    ({ service, operation }) => service === 'ec2' && operation === 'DescribeImages',
  );
  const images: Json[] = [
    ...(before?.ec2?.images ?? []),
    ...events
      .filter(({ type }) => type === 'ec2.imagePublished')
      .map(({ at, image }) => ({ CreationDate: at, ...image })),
    ...told.flatMap(({ output }) => output?.Images ?? []),
    ...(after?.ec2?.images ?? []),
  ];
  return new Map(
    images
      .filter(({ CreationDate }) => CreationDate !== undefined)
      .map(({ ImageId, CreationDate }) => [ImageId, timeOf(CreationDate)]),
  );
});
