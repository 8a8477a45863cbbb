import { Account, WEB } from './support';
import { create, open, summary, versions } from './template-support';

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
