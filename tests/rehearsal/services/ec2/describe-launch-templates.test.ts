import { WEB } from './support';
import { create, open, OTHER, versions, web } from './template-support';

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
