import { readEstate } from '../../../rehearsal/estate';
import { InputError } from '../../../rehearsal/input-error';
import type { Json } from '../../../rehearsal/services/service';

/** What every estate has. */
export const HEAD = {
  account: '111122223333',
  region: 'eu-west-1',
  capturedAt: '2026-01-20T00:00:00Z',
};

export const AMI = 'ami-0aaaaaaaaaaaaaaaa';
export const NEWER_AMI = 'ami-0bbbbbbbbbbbbbbbb';

/** Two AMIs and a launch template that has a version of each. */
export const EC2 = {
  images: [{ ImageId: AMI }, { ImageId: NEWER_AMI, Architecture: 'arm64' }],
  launchTemplates: [
    {
      LaunchTemplateName: 'web',
      Versions: [
        { LaunchTemplateData: { ImageId: AMI, InstanceType: 'm6i.large' } },
        { LaunchTemplateData: { ImageId: NEWER_AMI, InstanceType: 'm6g.large' } },
      ],
    },
  ],
};

/** A group that the template above fits. */
export const GROUP = {
  AutoScalingGroupName: 'web',
  MinSize: 3,
  MaxSize: 6,
  LaunchTemplate: { LaunchTemplateName: 'web' },
};

/** What is wrong with an estate. */
export function problemsOf(given: Json): readonly string[] {
  try {
    readEstate({ ...HEAD, ...given });
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).problems;
  }
  throw new Error('the estate was accepted');
}

/** An estate as it was read, and read again to be the same. */
export function readTwice(given: Json) {
  const estate = readEstate({ ...HEAD, ...given });
  expect(readEstate(JSON.parse(JSON.stringify(estate)))).toEqual(estate);
  return estate;
}
