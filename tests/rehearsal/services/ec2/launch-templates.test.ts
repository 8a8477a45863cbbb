import { Account, image, template, WEB } from './support';

const AMI = 'ami-00000000000000001';
const FRESH = 'ami-00000000000000002';
const data = {
  ImageId: AMI,
  InstanceType: 'm6i.large',
  BlockDeviceMappings: [
    { DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-1', VolumeSize: 30 } },
    { DeviceName: '/dev/xvdb', VirtualName: 'ephemeral0' },
  ],
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
};
const second = { ...data, InstanceType: 'm7i.large' };
const web = template([data, second], { Tags: [{ Key: 'Stage', Value: 'prod' }] });
const OTHER = 'lt-0fedcba9876543210';
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
const open = (more: object = {}) =>
  new Account({
    ec2: { images: [image(AMI), image(FRESH)], launchTemplates: [web, other] },
    ...more,
  });
const create = (account: Account, input: object = {}) =>
  account.call('CreateLaunchTemplateVersion', {
    LaunchTemplateId: WEB,
    LaunchTemplateData: { ImageId: FRESH },
    ...input,
  }).LaunchTemplateVersion;
const versions = (account: Account, input: object = {}) =>
  account
    .call('DescribeLaunchTemplateVersions', { LaunchTemplateId: WEB, ...input })
    .LaunchTemplateVersions.map(({ VersionNumber }: { VersionNumber: number }) => VersionNumber);
const summary = (account: Account) => {
  const [found] = account.call('DescribeLaunchTemplates', {
    LaunchTemplateIds: [WEB],
  }).LaunchTemplates;
  return [found.DefaultVersionNumber, found.LatestVersionNumber];
};

describe('DescribeLaunchTemplates', () => {
  it('shows templates with the numbers of their versions', () => {
    const { Versions, ...shown } = web;
    expect(Versions).toHaveLength(2);
    expect(open().call('DescribeLaunchTemplates', { LaunchTemplateNames: ['web'] })).toEqual({
      LaunchTemplates: [{ ...shown, CreateTime: new Date('2025-06-01T00:00:00.000Z') }],
    });
  });

  it.each([
    [{}, ['web', 'other']],
    [{ LaunchTemplateIds: [OTHER, WEB] }, ['other', 'web']],
    [{ Filters: [{ Name: 'tag:Stage', Values: ['prod'] }] }, ['web']],
    [{ Filters: [{ Name: 'launch-template-name', Values: ['o*'] }] }, ['other']],
    [{ MaxResults: 1 }, ['web']],
  ])('finds with %j what fits', (input, expected) => {
    const { LaunchTemplates } = open().call('DescribeLaunchTemplates', input);
    expect(
      LaunchTemplates.map((one: { LaunchTemplateName: string }) => one.LaunchTemplateName),
    ).toEqual(expected);
  });

  it.each([
    [
      { LaunchTemplateIds: ['web'] },
      "InvalidLaunchTemplateId.Malformed: The launch template ID 'web' is malformed",
    ],
    [
      { LaunchTemplateIds: ['lt-00000000000000000'] },
      'InvalidLaunchTemplateId.NotFound: The specified launch template, with template ID lt-00000000000000000, does not exist.',
    ],
    [
      { LaunchTemplateNames: ['web', 'Web'] },
      'InvalidLaunchTemplateName.NotFoundException: The specified launch template, with template name Web, does not exist.',
    ],
    [{ LaunchTemplateIds: [WEB], LaunchTemplateNames: ['web'] }, 'InvalidParameterCombination'],
    [{ MaxResults: 201 }, 'InvalidMaxResults'],
    [{ IncludeManagedResources: true }, 'NotImplemented'],
  ])('refuses %j', (input, refusal) => {
    expect(open().refusal('DescribeLaunchTemplates', input)).toMatch(refusal);
  });
});

describe('DescribeLaunchTemplateVersions', () => {
  it('shows versions as they were made, the newest first', () => {
    const { LaunchTemplateVersions } = open().call('DescribeLaunchTemplateVersions', {
      LaunchTemplateName: 'web',
    });
    const CreateTime = new Date('2025-06-01T00:00:00.000Z');
    expect(LaunchTemplateVersions).toEqual(
      [web.Versions[1], web.Versions[0]].map((version) => ({ ...version, CreateTime })),
    );
  });

  it.each([
    [{ Versions: ['$Latest'] }, [2]],
    [{ Versions: ['$Default'] }, [1]],
    [{ Versions: ['1', '2', '$Latest'] }, [2, 1]],
    [{ MinVersion: '2' }, [2]],
    [{ MaxVersion: '1' }, [1]],
    [{ MinVersion: '1', MaxVersion: '2' }, [2, 1]],
    [{ Filters: [{ Name: 'is-default-version', Values: ['true'] }] }, [1]],
    [{ Filters: [{ Name: 'instance-type', Values: ['m7i.*'] }] }, [2]],
    [{ MaxResults: 1 }, [2]],
    [{ LaunchTemplateId: undefined, Versions: ['$Default', '$Latest'] }, [2, 1, 1]],
  ])('finds with %j what fits', (input, expected) => {
    expect(versions(open(), input)).toEqual(expected);
  });

  it.each([
    [
      { Versions: ['3'] },
      `InvalidLaunchTemplateId.VersionNotFound: Could not find the specified version 3 for the launch template with ID ${WEB}.`,
    ],
    [{ Versions: ['01'] }, 'InvalidLaunchTemplateId.VersionNotFound'],
    [{ Versions: ['$latest'] }, 'InvalidLaunchTemplateId.VersionNotFound'],
    [{ Versions: ['1'], MinVersion: '1' }, 'InvalidParameterCombination'],
    [{ MinVersion: 'x' }, 'InvalidParameterValue: Value (x) for parameter MinVersion is invalid.'],
    [{ LaunchTemplateName: 'web' }, 'InvalidParameterCombination'],
    [{ LaunchTemplateId: undefined }, 'MissingParameter'],
    [{ LaunchTemplateId: undefined, Versions: ['$Latest', '1'] }, 'MissingParameter'],
    [{ Versions: Array.from({ length: 201 }, () => '1') }, 'InvalidRequest'],
    [{ MaxResults: 0 }, 'InvalidMaxResults'],
  ])('refuses %j', (input, refusal) => {
    const account = open();
    const asked = { LaunchTemplateId: WEB, ...input };
    expect(account.refusal('DescribeLaunchTemplateVersions', asked)).toContain(refusal);
  });

  it('gives 200 on a page unless fewer are asked for', () => {
    const account = open();
    for (let index = 0; index < 200; index += 1) create(account);
    const first = account.call('DescribeLaunchTemplateVersions', { LaunchTemplateId: WEB });
    expect(first.LaunchTemplateVersions).toHaveLength(200);
    expect(versions(account, { NextToken: first.NextToken })).toEqual([2, 1]);
  });
});

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

describe('ModifyLaunchTemplate', () => {
  it('sets the default version', () => {
    const account = open();
    const { LaunchTemplate } = account.call('ModifyLaunchTemplate', {
      LaunchTemplateName: 'web',
      DefaultVersion: '2',
    });
    expect(LaunchTemplate).toMatchObject({ LaunchTemplateId: WEB, DefaultVersionNumber: 2 });
    expect(versions(account, { Versions: ['$Default'] })).toEqual([2]);
    expect(summary(account)).toEqual([2, 2]);
  });

  it.each([
    [{ DefaultVersion: '666' }, 'InvalidLaunchTemplateId.VersionNotFound'],
    [
      { DefaultVersion: '$Latest' },
      'NotImplemented: The rehearsal does not implement DefaultVersion $Latest of ec2:ModifyLaunchTemplate.',
    ],
    [{}, 'MissingParameter: The request must contain the parameter SetDefaultVersion'],
    [{ DefaultVersion: '2', DryRun: true }, 'DryRunOperation'],
  ])('refuses %j', (input, refusal) => {
    expect(open().refusal('ModifyLaunchTemplate', { LaunchTemplateId: WEB, ...input })).toContain(
      refusal,
    );
  });

  it('does with a token once what it did, even when somebody changed it back', () => {
    const account = open();
    const input = { LaunchTemplateId: WEB, DefaultVersion: '2', ClientToken: 'x' };
    account.call('ModifyLaunchTemplate', input);
    account.call('ModifyLaunchTemplate', { LaunchTemplateId: WEB, DefaultVersion: '1' });
    account.call('ModifyLaunchTemplate', input);
    expect(summary(account)).toEqual([1, 2]);
  });
});

describe('DeleteLaunchTemplateVersions', () => {
  const remove = (account: Account, Versions: readonly string[], input: object = {}) =>
    account.call('DeleteLaunchTemplateVersions', { LaunchTemplateId: WEB, Versions, ...input });

  it('deletes what it can and tells of the rest, without an error', () => {
    const account = open();
    create(account);
    const item = { LaunchTemplateId: WEB, LaunchTemplateName: 'web' };
    expect(remove(account, ['2', '1', '9', '2'])).toEqual({
      SuccessfullyDeletedLaunchTemplateVersions: [{ ...item, VersionNumber: 2 }],
      UnsuccessfullyDeletedLaunchTemplateVersions: [
        {
          ...item,
          VersionNumber: 1,
          ResponseError: { Code: 'unexpectedError', Message: expect.stringContaining('default') },
        },
        ...[9, 2].map((VersionNumber) => ({
          ...item,
          VersionNumber,
          ResponseError: {
            Code: 'launchTemplateVersionDoesNotExist',
            Message: expect.stringContaining(`version ${VersionNumber} `),
          },
        })),
      ],
    });
    expect(versions(account)).toEqual([3, 1]);
  });

  it('never gives a number again, and $Latest falls back to what is left', () => {
    const account = open();
    create(account);
    remove(account, ['3']);
    expect(summary(account)).toEqual([1, 2]);
    expect(versions(account, { Versions: ['$Latest'] })).toEqual([2]);
    expect(create(account).VersionNumber).toBe(4);
  });

  it('does not give it again in a further rehearsal either', () => {
    const account = open();
    create(account);
    remove(account, ['3']);
    const again = new Account(JSON.parse(JSON.stringify(account.cloud.toEstate())));
    expect(summary(again)).toEqual([1, 2]);
    expect(create(again).VersionNumber).toBe(4);
  });

  it('tells of a template that is not there in the same way', () => {
    const LaunchTemplateId = 'lt-00000000000000000';
    expect(remove(open(), ['1'], { LaunchTemplateId })).toEqual({
      SuccessfullyDeletedLaunchTemplateVersions: [],
      UnsuccessfullyDeletedLaunchTemplateVersions: [
        {
          LaunchTemplateId,
          VersionNumber: 1,
          ResponseError: { Code: 'launchTemplateIdDoesNotExist', Message: expect.any(String) },
        },
      ],
    });
  });

  it.each([
    [{ Versions: [] }, 'MissingParameter'],
    [
      { Versions: ['2', '0'] },
      'InvalidParameterValue: Value (0) for parameter LaunchTemplateVersion is invalid.',
    ],
    [
      { Versions: ['2', '$Latest'] },
      'NotImplemented: The rehearsal does not implement the version $Latest of ec2:DeleteLaunchTemplateVersions.',
    ],
    [{ Versions: Array.from({ length: 201 }, (_, index) => String(index + 2)) }, 'InvalidRequest'],
    [{ Versions: ['2'], LaunchTemplateName: 'web' }, 'InvalidParameterCombination'],
  ])('refuses %j', (input, refusal) => {
    const asked = { LaunchTemplateId: WEB, ...input };
    expect(open().refusal('DeleteLaunchTemplateVersions', asked)).toContain(refusal);
  });
});

describe('what a version launches', () => {
  const launched = (account: Account, spec: object) => account.call('LaunchData', spec, 'launcher');

  it('is that of the default version unless another is named', () => {
    const account = open();
    expect(launched(account, { LaunchTemplateName: 'web' })).toEqual(data);
    expect(launched(account, { LaunchTemplateId: WEB, Version: '$Latest' })).toEqual(second);
    expect(launched(account, { LaunchTemplateId: WEB, Version: '2' })).toEqual(second);
    expect(
      account.refusal('LaunchData', { LaunchTemplateId: WEB, Version: '3' }, 'launcher'),
    ).toMatch('InvalidLaunchTemplateId.VersionNotFound');
  });

  it('is a copy that overrides may be written into', () => {
    const account = open();
    launched(account, { LaunchTemplateId: WEB }).MetadataOptions.HttpTokens = 'optional';
    expect(launched(account, { LaunchTemplateId: WEB })).toEqual(data);
  });
});

describe('an image given as resolve:ssm:', () => {
  const parameter = (Name: string, Value: string, DataType = 'aws:ec2:image') => ({
    Name,
    Value,
    DataType,
    ARN: `arn:aws:ssm:eu-west-1:111122223333:parameter${Name}`,
    Type: 'String',
    Version: 2,
    LastModifiedDate: '2026-01-01T00:00:00.000Z',
    History: [
      { Value: AMI, Version: 1, LastModifiedDate: '2025-01-01T00:00:00.000Z', Labels: ['prod'] },
    ],
  });
  const from = (ImageId: string) => ({ ImageId, InstanceType: 'm6i.large' });
  const parameters = [parameter('/golden', FRESH), parameter('/text', FRESH, 'text')];
  const account = (launchTemplate = template([from('resolve:ssm:/golden')])) =>
    new Account({
      ec2: { images: [image(AMI), image(FRESH)], launchTemplates: [launchTemplate] },
      ssm: { parameters },
      events: [
        {
          at: '2026-02-01T12:00:10.000Z',
          type: 'ssm.parameterChanged',
          name: '/golden',
          value: AMI,
        },
      ],
    });
  const shown = (opened: Account, ResolveAlias: boolean) =>
    opened.call('DescribeLaunchTemplateVersions', { LaunchTemplateId: WEB, ResolveAlias })
      .LaunchTemplateVersions[0].LaunchTemplateData.ImageId;

  it('is launched as it stands by then', () => {
    const opened = account();
    const launched = () =>
      opened.call('LaunchData', { LaunchTemplateName: 'web', Version: '$Latest' }, 'launcher');
    expect(launched()).toEqual(from(FRESH));
    opened.advance(10);
    expect(launched()).toEqual(from(AMI));
    expect(opened.run(launched())).toMatch(/^i-/);
  });

  it.each([
    ['resolve:ssm:/golden:1', AMI],
    ['resolve:ssm:/golden:prod', AMI],
    ['resolve:ssm:/golden:2', FRESH],
    ['resolve:ssm:arn:aws:ssm:eu-west-1:111122223333:parameter/golden:1', AMI],
    [AMI, AMI],
  ])('%s is %s', (given, expected) => {
    const opened = account(template([from(given)]));
    expect(opened.call('LaunchData', { LaunchTemplateId: WEB }, 'launcher').ImageId).toBe(expected);
  });

  it('is shown resolved only where that is asked for', () => {
    const opened = account();
    expect(shown(opened, false)).toBe('resolve:ssm:/golden');
    expect(shown(opened, true)).toBe(FRESH);
    const input = { LaunchTemplateData: from('resolve:ssm:/golden:1'), ResolveAlias: true };
    expect(create(opened, input).LaunchTemplateData.ImageId).toBe(AMI);
    expect(shown(opened, false)).toBe('resolve:ssm:/golden:1');
  });

  it.each([
    [
      '/text',
      'SsmInvalidParameter: Unsupported data type. The following parameter data types are supported: aws:ec2:image',
    ],
    ['/golden:7', 'SsmInvalidParameter: The parameter /golden:7 does not exist.'],
    ['/missing', 'SsmInvalidParameter: The parameter /missing does not exist.'],
  ])('%s makes no version', (name, refusal) => {
    const asked = { LaunchTemplateId: WEB, LaunchTemplateData: from(`resolve:ssm:${name}`) };
    expect(account().refusal('CreateLaunchTemplateVersion', asked)).toBe(refusal);
  });
});
