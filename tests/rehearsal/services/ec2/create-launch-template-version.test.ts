import { Account, template, WEB } from './support';
import { AMI, create, data, FRESH, open, second, summary, versions } from './template-support';

describe('CreateLaunchTemplateVersion', () => {
  it('numbers on, leaves the default alone and says who made it', () => {
    const account = open();
    expect(create(account, { VersionDescription: 'evergreen' })).toEqual({
      LaunchTemplateId: WEB,
      LaunchTemplateName: 'web',
      VersionNumber: 3,
      VersionDescription: 'evergreen',
      CreateTime: new Date(account.now),
      CreatedBy: 'arn:aws:iam::111122223333:role/test',
      DefaultVersion: false,
      LaunchTemplateData: { ImageId: FRESH },
    });
    expect(summary(account)).toEqual([1, 3]);
  });

  it('inherits from its source what is not given, but no snapshots', () => {
    const account = open();
    expect(create(account, { SourceVersion: '1' }).LaunchTemplateData).toEqual({
      ...data,
      ImageId: FRESH,
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30 } },
        { DeviceName: '/dev/xvdb', VirtualName: 'ephemeral0' },
      ],
    });
    expect(create(account, { SourceVersion: '$Default' }).LaunchTemplateData.InstanceType).toBe(
      'm6i.large',
    );
    expect(versions(account, { Versions: ['1'], Filters: [] })).toEqual([1]);
    const [source] = account.call('DescribeLaunchTemplateVersions', {
      LaunchTemplateId: WEB,
      Versions: ['1'],
    }).LaunchTemplateVersions;
    expect(source.LaunchTemplateData).toEqual(data);
  });

  it('keeps snapshots that are given, and replaces whole members', () => {
    const given = {
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-1' } }],
      MetadataOptions: { HttpTokens: 'optional' },
    };
    const { LaunchTemplateData } = create(open(), {
      SourceVersion: '2',
      LaunchTemplateData: given,
    });
    expect(LaunchTemplateData).toEqual({ ...second, ...given });
  });

  it('takes $Latest as the newest there is by now', () => {
    const account = open();
    create(account, { LaunchTemplateData: { ImageId: FRESH, InstanceType: 'c7i.large' } });
    expect(create(account, { SourceVersion: '$Latest' }).LaunchTemplateData).toEqual({
      ImageId: FRESH,
      InstanceType: 'c7i.large',
    });
  });

  it('does not look at what a launch would refuse', () => {
    const LaunchTemplateData = { ImageId: '{"image_id":"ami-1"}', InstanceType: 'x' };
    expect(create(open(), { LaunchTemplateData }).LaunchTemplateData).toEqual(LaunchTemplateData);
  });

  it('keeps times as text, so that the state is plain JSON', () => {
    const ValidUntil = new Date('2026-03-01T00:00:00.000Z');
    const LaunchTemplateData = { InstanceMarketOptions: { SpotOptions: { ValidUntil } } };
    const account = open();
    expect(create(account, { LaunchTemplateData }).LaunchTemplateData).toEqual(LaunchTemplateData);
    const saved = account.cloud.save().services;
    expect(JSON.parse(JSON.stringify(saved))).toEqual(saved);
  });

  it.each([
    [
      { LaunchTemplateData: {} },
      'MissingParameter: The request must contain the parameter LaunchTemplateData',
    ],
    [{ SourceVersion: '9' }, 'InvalidLaunchTemplateId.VersionNotFound'],
    [{ LaunchTemplateId: 'lt-00000000000000000' }, 'InvalidLaunchTemplateId.NotFound'],
    [
      { LaunchTemplateId: undefined },
      'MissingParameter: Either a launch template ID or a launch template name must be specified.',
    ],
    [
      { VersionDescription: 'x'.repeat(256) },
      'InvalidParameterValue: VersionDescription must have at most 255 characters.',
    ],
    [{ ClientToken: 'x'.repeat(129) }, 'InvalidParameterValue: Invalid clientToken'],
    [{ ClientToken: 'ä' }, 'InvalidParameterValue: Invalid clientToken'],
    [
      { TagSpecifications: [] },
      'NotImplemented: The rehearsal does not implement TagSpecifications of ec2:CreateLaunchTemplateVersion.',
    ],
  ])('refuses %j', (input, refusal) => {
    const asked = { LaunchTemplateId: WEB, LaunchTemplateData: { ImageId: FRESH }, ...input };
    expect(open().refusal('CreateLaunchTemplateVersion', asked)).toContain(refusal);
  });

  it('refuses the 10,001st version there is', () => {
    const many = Array.from({ length: 9_999 }, () => ({ ImageId: AMI }));
    const account = new Account({ ec2: { launchTemplates: [template(many)] } });
    expect(create(account).VersionNumber).toBe(10_000);
    const asked = { LaunchTemplateId: WEB, LaunchTemplateData: { ImageId: FRESH } };
    expect(account.refusal('CreateLaunchTemplateVersion', asked)).toMatch('ResourceCountExceeded');
  });

  describe('with a client token', () => {
    const ClientToken = 'rollout-1';

    it('answers the same request as before, whatever has happened since', () => {
      const account = open();
      const first = create(account, {
        ClientToken,
        SourceVersion: '$Latest',
        LaunchTemplateData: { ImageId: FRESH, InstanceType: 'm6i.large' },
      });
      create(account);
      account.advance(86_399);
      const LaunchTemplateData = { InstanceType: 'm6i.large', ImageId: FRESH };
      const reordered = {
        ClientToken,
        SourceVersion: '$Latest',
        LaunchTemplateData,
        LaunchTemplateId: WEB,
      };
      const again = account.call('CreateLaunchTemplateVersion', reordered);
      expect(again.LaunchTemplateVersion).toEqual(first);
      expect(summary(account)).toEqual([1, 4]);
    });

    it('refuses another request', () => {
      const account = open();
      create(account, { ClientToken });
      const asked = { LaunchTemplateId: WEB, LaunchTemplateData: { ImageId: AMI }, ClientToken };
      expect(account.refusal('CreateLaunchTemplateVersion', asked)).toMatch(
        /^IdempotentParameterMismatch: /,
      );
      expect(create(account, { ClientToken: 'rollout-2' }).VersionNumber).toBe(4);
    });

    it('forgets it after a day', () => {
      const account = open();
      create(account, { ClientToken });
      account.advance(86_400);
      expect(create(account, { ClientToken: 'rollout-2' }).VersionNumber).toBe(4);
      const { answered } = account.cloud.save().services.ec2 as { answered: object };
      expect(Object.keys(answered)).toHaveLength(1);
      expect(create(account, { ClientToken }).VersionNumber).toBe(5);
    });

    it('takes it for another operation as another', () => {
      const account = open();
      create(account, { ClientToken });
      const input = { LaunchTemplateId: WEB, DefaultVersion: '3', ClientToken };
      account.call('ModifyLaunchTemplate', input);
      expect(summary(account)).toEqual([3, 3]);
    });

    it('does not spend it on a request that is refused', () => {
      const account = open();
      const asked = { LaunchTemplateId: WEB, LaunchTemplateData: { ImageId: AMI }, ClientToken };
      account.refusal('CreateLaunchTemplateVersion', { ...asked, SourceVersion: '9' });
      expect(create(account, asked).VersionNumber).toBe(3);
    });
  });
});
