import { Account, image, template, WEB } from './support';
import { AMI, create, data, FRESH, open, second } from './template-support';

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
