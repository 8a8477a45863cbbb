import { Account, AMAZON, image } from './support';

/** The id of an image, from a number. */
export const id = (number: number) => `ami-${String(number).padStart(17, '0')}`;
export const GOOD = id(1);
export const BAD = id(2);
export const NONE = id(3);
export const DATA = { ImageId: GOOD, InstanceType: 'm6i.large' };

export const estate = {
  ec2: {
    images: [
      image(GOOD),
      image(BAD),
      image(NONE),
      image(id(4), { Architecture: 'arm64' }),
      image(id(5), { VirtualizationType: 'paravirtual' }),
      image(id(6), { State: 'disabled' }),
      image(id(7), { OwnerId: AMAZON, State: 'disabled' }),
      image(id(8), { DeprecationTime: '2025-01-01T00:00:00.000Z', OwnerId: AMAZON }),
      image(id(10), { State: 'deregistered' }),
    ],
  },
  outcomes: [
    { service: 'appstream', image: GOOD, on: 'update', result: 'FAILED' },
    { service: 'ec2', image: BAD, on: 'launch', result: 'UNHEALTHY' },
    { service: 'ec2', image: NONE, on: 'launch', result: 'FAILED', message: 'No way.' },
  ],
};
export const open = (more: object = {}) => new Account({ ...estate, ...more });
export const shown = (account: Account, input: object = {}) =>
  account
    .call('DescribeInstances', input)
    .Reservations.flatMap(({ Instances }: { Instances: unknown[] }) => Instances);
