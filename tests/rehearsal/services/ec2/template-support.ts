import { Account, image, template, WEB } from './support';

export const AMI = 'ami-00000000000000001';
export const FRESH = 'ami-00000000000000002';
export const data = {
  ImageId: AMI,
  InstanceType: 'm6i.large',
  BlockDeviceMappings: [
    { DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-1', VolumeSize: 30 } },
    { DeviceName: '/dev/xvdb', VirtualName: 'ephemeral0' },
  ],
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
};
export const second = { ...data, InstanceType: 'm7i.large' };
export const web = template([data, second], { Tags: [{ Key: 'Stage', Value: 'prod' }] });
export const OTHER = 'lt-0fedcba9876543210';
const other = template([{ ImageId: FRESH, EbsOptimized: true }], {
  LaunchTemplateId: OTHER,
  LaunchTemplateName: 'other',
  Versions: [
    {
      LaunchTemplateId: OTHER,
      LaunchTemplateName: 'other',
      VersionNumber: 1,
      CreateTime: '2025-06-01T00:00:00.000Z',
      DefaultVersion: true,
      LaunchTemplateData: { ImageId: FRESH, EbsOptimized: true },
    },
  ],
});
export const open = (more: object = {}) =>
  new Account({
    ec2: { images: [image(AMI), image(FRESH)], launchTemplates: [web, other] },
    ...more,
  });
export const create = (account: Account, input: object = {}) =>
  account.call('CreateLaunchTemplateVersion', {
    LaunchTemplateId: WEB,
    LaunchTemplateData: { ImageId: FRESH },
    ...input,
  }).LaunchTemplateVersion;
export const versions = (account: Account, input: object = {}) =>
  account
    .call('DescribeLaunchTemplateVersions', { LaunchTemplateId: WEB, ...input })
    .LaunchTemplateVersions.map(({ VersionNumber }: { VersionNumber: number }) => VersionNumber);
export const summary = (account: Account) => {
  const [found] = account.call('DescribeLaunchTemplates', {
    LaunchTemplateIds: [WEB],
  }).LaunchTemplates;
  return [found.DefaultVersionNumber, found.LatestVersionNumber];
};
