import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Json } from '../../../rehearsal/services/service';
import { amis, configOf, estateOf, parameter } from '../../support/groups-of-estates';
import { broken, groupOf, running, templateOf, told } from '../../support/rollouts-of-results';
import { rehearseScenarios } from '../../support/scenarios';
import { Machines } from '../provider/machines';
import { Project, type Outcome } from './project';

const TEMPLATE = 'aws:ec2/launchTemplate:LaunchTemplate';
const GROUP = 'aws:autoscaling/group:Group';

const groups = ['shop', 'batch'];
const templates = ['shop', 'batch', 'batch-memory'];

/** What the examples of the documentation leave to their reader. */
const PRELUDE = `
import * as aws from '@pulumi/aws';
const imageId = '${amis.current}';
const vpcZoneIdentifiers = ['subnet-0a1b2c3d4e5f60718', 'subnet-0b2c3d4e5f6071829'];
`;

/** The examples as they stand in the documentation. */
function examples(): string {
  const page = path.join(__dirname, '..', '..', '..', 'docs', 'ami-rollout.md');
  const [, section = ''] = fs.readFileSync(page, 'utf8').split('## Groups that Pulumi');
  const blocks = [...section.matchAll(/^```ts\n(.*?)^```/gms)].map(([, block]) => block);
  expect(blocks).toHaveLength(2);
  return blocks.join('\n');
}

describe('groups of a Pulumi program, as the documentation has people write it', () => {
  let left: string;
  let moved: Json;
  let project: Project;

  beforeAll(async () => {
    const first = await Project.create(path.join(__dirname, 'groups'));
    try {
      const machines = (first.account.machines = new Machines(estateOf({})));
      first.write('index.ts', PRELUDE + examples());
      await first.succeed('stack', 'init', 'dev');
      await first.configure('dev', { 'aws:region': 'eu-west-1' });
      await first.up('dev');
      expect(launched(first)).toEqual({ shop: amis.current, batch: amis.current });
      moved = await rollOut(machines.estate, amis.good);
    } finally {
      left = first.leave();
    }
  });
  beforeEach(async () => {
    project = await Project.deployed(left);
    project.account.machines = new Machines(moved);
    expect(launched(project)).toEqual({ shop: amis.good, batch: amis.good });
  });
  afterEach(() => project.close());
  afterAll(() => fs.rmSync(left, { recursive: true }));

  test('stay as a rollout left them: the next update changes nothing, refreshed or not', async () => {
    const before = machinesOf(project);
    expect(changes(await project.up('dev'))).toEqual([]);
    expect(changes(await project.up('dev', '--refresh'))).toEqual([]);
    expect(machinesOf(project)).toEqual(before);
    // The refresh has seen the rollout.
    const { resources } = (await project.state('dev')).deployment;
    const images = resources.filter(({ type }: Json) => type === TEMPLATE);
    expect(images.map(({ inputs }: Json) => inputs.imageId)).toEqual(
      templates.map(() => amis.good),
    );
  });

  test('go back to the old AMI with the next refresh if nothing is ignored', async () => {
    ignoreNot(project, /.*/);
    const previewed = await project.succeed('preview', '--refresh', '--stack', 'dev');
    const outcome = await project.up('dev', '--refresh');
    expect(changes(outcome)).toEqual([
      `${GROUP} launchTemplate`,
      `${GROUP} mixedInstancesPolicy`,
      ...templates.map(() => `${TEMPLATE} description,imageId`),
    ]);
    expect(changes(previewed)).toEqual(changes(outcome));
    expect(launched(project)).toEqual({ shop: amis.current, batch: amis.current });
  });

  test('get a version more after each rollout if the description is not ignored', async () => {
    ignoreNot(project, /^description$/);
    const outcome = await project.up('dev', '--refresh');
    expect(changes(outcome)).toEqual(templates.map(() => `${TEMPLATE} description`));
    expect(launched(project)).toEqual({ shop: amis.good, batch: amis.good });
    expect(shopTemplate(project).numbers).toEqual([1, 2, 3]);
  });

  test('are moved to versions that nobody tried if versions are not ignored', async () => {
    ignoreNot(project, /version$/);
    changeType(project);
    const outcome = await project.up('dev', '--refresh');
    expect(changes(outcome)).toEqual([`${GROUP} launchTemplate`, `${TEMPLATE} instanceType`]);
  });

  test('keep the AMI when the template changes otherwise, and what it changes to outlasts rollouts', async () => {
    changeType(project);
    const outcome = await project.up('dev', '--refresh');
    expect(changes(outcome)).toEqual([`${TEMPLATE} instanceType`]);
    const { numbers, dataOf } = shopTemplate(project);
    expect(numbers).toEqual([1, 2, 3]);
    expect(dataOf(3)).toEqual({ ImageId: amis.good, InstanceType: 'm7i.large' });
    expect(versionOfShop(project)).toBe('2');

    // Nobody has moved the group to it: the next rollout goes on from what the group runs.
    project.account.machines = new Machines(await rollOut(estateOfProject(project), amis.newer));
    expect(shopTemplate(project).numbers).toEqual([1, 2, 3, 4]);
    expect(shopTemplate(project).dataOf(4)).toEqual({
      ImageId: amis.newer,
      InstanceType: 'm6i.large',
    });
    expect(versionOfShop(project)).toBe('4');
    expect(changes(await project.up('dev'))).toEqual([]);
    expect(changes(await project.up('dev', '--refresh'))).toEqual([`${TEMPLATE} instanceType`]);
    expect(shopTemplate(project).dataOf(5)).toEqual({
      ImageId: amis.newer,
      InstanceType: 'm7i.large',
    });
    expect(versionOfShop(project)).toBe('4');
  });

  test('are put at risk by a state that was not refreshed, as the documentation warns', async () => {
    changeType(project);
    project.edit('index.ts', "{ instanceType: 'c6i.xlarge' },", "{ instanceType: 'c6i.2xlarge' },");
    const outcome = await project.up('dev');
    expect(changes(outcome)).toEqual([`${GROUP} mixedInstancesPolicy`, `${TEMPLATE} instanceType`]);
    const { dataOf } = shopTemplate(project);
    expect(dataOf(3)).toEqual({ ImageId: amis.current, InstanceType: 'm7i.large' });
    expect(launched(project)).toEqual({ shop: amis.good, batch: amis.current });
  });

  test('keep the AMI when their policy changes otherwise, with a state that was refreshed', async () => {
    project.edit('index.ts', "{ instanceType: 'c6i.xlarge' },", "{ instanceType: 'c6i.2xlarge' },");
    const outcome = await project.up('dev', '--refresh');
    expect(changes(outcome)).toEqual([`${GROUP} mixedInstancesPolicy`]);
    expect(launched(project)).toEqual({ shop: amis.good, batch: amis.good });
    const { Overrides } = groupOf(estateOfProject(project), 'batch').MixedInstancesPolicy
      .LaunchTemplate;
    expect(Overrides).toMatchObject([
      { InstanceType: 'c6i.2xlarge' },
      { InstanceType: 'r6i.large', LaunchTemplateSpecification: { Version: '2' } },
    ]);
  });

  test('cannot be given another configuration while AWS deploys one to them, but anything else', async () => {
    const { machines } = project.account;
    const { MixedInstancesPolicy } = groupOf(estateOfProject(project), 'batch');
    await machines?.autoscaling.startInstanceRefresh({
      AutoScalingGroupName: 'batch',
      DesiredConfiguration: { MixedInstancesPolicy },
    });
    project.edit('index.ts', 'maxSize: 6', 'maxSize: 7');
    expect(changes(await project.up('dev', '--refresh'))).toEqual([`${GROUP} maxSize`]);
    project.edit('index.ts', "'c6i.xlarge'", "'c6i.2xlarge'");
    const refused = await project.run('up', '--yes', '--skip-preview', '--stack', 'dev');
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain('An active instance refresh with a desired configuration');
  });
});

/** A day in which AmiRollout moves the groups to an AMI. Returns the estate that comes of it. */
async function rollOut(before: Json, ami: string): Promise<Json> {
  const parameters = [{ Name: parameter, Type: 'String', Value: ami }];
  const estate = { ...before, ssm: { parameters } };
  const config = configOf(Object.fromEntries(groups.map((name) => [name, {}])));
  const { day } = await rehearseScenarios({ day: { estate, config, days: 1 } });
  expect(broken(day)).toEqual([]);
  expect(told(day)).toEqual([
    Object.fromEntries(groups.map((name) => [name, expect.stringMatching(/^updated: /)])),
  ]);
  for (const name of groups) expect(new Set(running(day.estate, name)).size).toBe(1);
  return day.estate;
}

/** Has the program no longer ignore changes of properties with paths like that. */
function ignoreNot(project: Project, paths: RegExp): void {
  const file = path.join(project.directory, 'index.ts');
  const program = fs.readFileSync(file, 'utf8');
  const changed = program.replaceAll(/(?<=ignoreChanges: \[)(?:[^[\]]|\[\*\])*/g, (list) =>
    (list.match(/'[^']+'/g) ?? []).filter((one) => !paths.test(one.slice(1, -1))).join(),
  );
  expect(changed).not.toBe(program);
  project.write('index.ts', changed);
}

const versionOfShop = (project: Project): string =>
  groupOf(estateOfProject(project), 'shop').LaunchTemplate.Version;

const changeType = (project: Project): void =>
  project.edit('index.ts', "'m6i.large'", "'m7i.large'");

const estateOfProject = ({ account }: Project): Json => account.machines?.estate;

/** That of the first example, which Pulumi names. */
const shopTemplate = (project: Project) => {
  const estate = estateOfProject(project);
  const { LaunchTemplate } = groupOf(estate, 'shop');
  return templateOf(estate, LaunchTemplate.LaunchTemplateName);
};

/** Templates and groups as they are. */
const machinesOf = (project: Project): Json => {
  const { ec2, autoscaling } = estateOfProject(project);
  return { templates: ec2.launchTemplates, groups: autoscaling.groups };
};

/** By group, the AMI that it launches. */
const launched = (project: Project): Json => {
  const estate = estateOfProject(project);
  return Object.fromEntries(groups.map((name) => [name, imageOf(estate, groupOf(estate, name))]));
};

/** The AMI of all versions that a group is configured with. */
function imageOf(estate: Json, { LaunchTemplate, MixedInstancesPolicy }: Json): string {
  const { LaunchTemplateSpecification: base = LaunchTemplate, Overrides = [] } =
    MixedInstancesPolicy?.LaunchTemplate ?? {};
  const specifications = [
    base,
    ...Overrides.flatMap((one: Json) => one.LaunchTemplateSpecification ?? []),
  ];
  const images = specifications.map(
    ({ LaunchTemplateName, Version }) =>
      templateOf(estate, LaunchTemplateName).dataOf(Number(Version)).ImageId,
  );
  return [...new Set(images)].join(' and ');
}

/** What an update changed, sorted, with the properties: `aws:sqs/queue:Queue name`. */
const changes = ({ steps }: Outcome): readonly string[] =>
  steps
    .filter(({ op }) => op !== 'same' && op !== 'refresh')
    .map(({ type, changed }) => `${type} ${changed.join()}`)
    .sort();
