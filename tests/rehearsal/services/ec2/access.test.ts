import { ec2 } from '../../../../rehearsal/services/ec2';
import { createBench } from '../support';
import { template, WEB } from './support';

const other = { LaunchTemplateId: 'lt-0fedcba9876543210', LaunchTemplateName: 'other' };
const bench = createBench(ec2, {
  ec2: {
    launchTemplates: [
      template([{ ImageId: 'resolve:ssm:/golden:prod' }], {
        Tags: [{ Key: 'Stage', Value: 'prod' }],
      }),
      template([{ ImageId: 'ami-1' }], other),
    ],
  },
});
const arn = (id: string) => `arn:aws:ec2:eu-west-1:111122223333:launch-template/${id}`;
const region = { 'ec2:region': 'eu-west-1' };
const ssm = (resource: string) => ({ action: 'ssm:GetParameters', resource });
const own = arn(WEB);
const tagged = { ...region, 'aws:resourcetag/stage': 'prod', 'ec2:resourcetag/stage': 'prod' };

it.each([
  'DescribeImages',
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeLaunchTemplates',
  'DescribeLaunchTemplateVersions',
])('%s is allowed as a whole or not at all', (operation) => {
  expect(bench.access(operation, {})).toEqual([
    { action: `ec2:${operation}`, resource: '*', context: region },
  ]);
});

it.each([
  ['ModifyLaunchTemplate', { LaunchTemplateId: WEB }],
  ['ModifyLaunchTemplate', { LaunchTemplateName: 'web' }],
  ['DeleteLaunchTemplateVersions', { LaunchTemplateId: WEB }],
  [
    'CreateLaunchTemplateVersion',
    { LaunchTemplateName: 'web', LaunchTemplateData: { ImageId: 'ami-1' } },
  ],
])('%s of %j is judged by the template and its tags', (operation, input) => {
  expect(bench.access(operation, input)).toEqual([
    { action: `ec2:${operation}`, resource: own, context: tagged },
  ]);
});

it('a template that is not there has no tags', () => {
  const [byId] = bench.access('ModifyLaunchTemplate', { LaunchTemplateId: 'lt-0' });
  const [byName] = bench.access('ModifyLaunchTemplate', { LaunchTemplateName: 'x' });
  expect([byId, byName]).toMatchObject([
    { resource: arn('lt-0'), context: region },
    { resource: arn('*'), context: region },
  ]);
});

it.each([
  [
    'CreateLaunchTemplateVersion',
    { LaunchTemplateId: WEB, SourceVersion: '1', LaunchTemplateData: { KeyName: 'k' } },
  ],
  ['DescribeLaunchTemplateVersions', { LaunchTemplateId: WEB, ResolveAlias: true }],
])('%s needs the parameter that it reads', (operation, input) => {
  expect(bench.access(operation, input)[1]).toEqual(
    ssm('arn:aws:ssm:eu-west-1:111122223333:parameter/golden'),
  );
});

it.each([
  ['resolve:ssm:/aws/service/x:3', 'arn:aws:ssm:eu-west-1::parameter/aws/service/x'],
  [
    'resolve:ssm:arn:aws:ssm:eu-west-1:444455556666:parameter/x:3',
    'arn:aws:ssm:eu-west-1:444455556666:parameter/x',
  ],
])('%s is read as %s', (ImageId, resource) => {
  const input = { LaunchTemplateId: other.LaunchTemplateId, LaunchTemplateData: { ImageId } };
  expect(bench.access('CreateLaunchTemplateVersion', input)[1]).toEqual(ssm(resource));
});

it('needs no parameter where none is read', () => {
  const none = [
    ['DescribeLaunchTemplateVersions', { LaunchTemplateId: WEB }],
    [
      'DescribeLaunchTemplateVersions',
      { ...other, LaunchTemplateName: undefined, ResolveAlias: true },
    ],
    ['DescribeLaunchTemplateVersions', { LaunchTemplateId: 'lt-0', ResolveAlias: true }],
    [
      'CreateLaunchTemplateVersion',
      { LaunchTemplateId: WEB, SourceVersion: '9', LaunchTemplateData: {} },
    ],
  ] as const;
  for (const [operation, input] of none) expect(bench.access(operation, input)).toHaveLength(1);
});
