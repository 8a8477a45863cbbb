import type { GroupFacts, TemplateUse } from '../../../functions/ami/groups';
import type { ImageFacts } from '../../../functions/ami/images';
import { findObstacle, findWarnings } from '../../../functions/ami/obstacles';
import type { GroupArgs } from '../../../components/ami/ami-rollout/arguments';
import type { Json } from '../../../rehearsal/services/service';
import { groupSettings, NEW, OLD } from './support';

const image = (id: string, members: Partial<ImageFacts> = {}): ImageFacts => ({
  id,
  name: id,
  state: 'available',
  createdAt: '2026-01-01T00:00:00.000Z',
  owner: '111122223333',
  architecture: 'x86_64',
  virtualization: 'hvm',
  rootDeviceType: 'ebs',
  rootDeviceName: '/dev/xvda',
  ...members,
});

const use = (members: Partial<TemplateUse> = {}): TemplateUse => ({
  id: 'lt-1',
  name: 'web',
  configured: '3',
  version: 3,
  data: { ImageId: OLD },
  place: 'its launch template',
  ...members,
});

const facts = (group: Json = {}, templates: readonly TemplateUse[] = [use()]): GroupFacts => ({
  group: { AutoScalingGroupName: 'web', DesiredCapacity: 4, Instances: [], ...group },
  templates,
  instanceImages: {},
});

const obstacle = (
  given: GroupFacts,
  settings: GroupArgs = {},
  target: Partial<ImageFacts> = {},
  current: Partial<ImageFacts> = {},
) =>
  findObstacle(
    given,
    image(NEW, target),
    new Map([[OLD, image(OLD, current)]]),
    groupSettings(settings),
  );

const mixed = (...Overrides: Json[]) => ({
  MixedInstancesPolicy: { LaunchTemplate: { Overrides } },
});
const instance = (members: Json) => ({ Instances: [{ InstanceId: 'i-1', ...members }] });
const byAttributes =
  'it chooses instance types by attributes: AWS takes no desired configuration for its refresh, so it could not be rolled back';

describe('what is in the way of moving a group', () => {
  it('is nothing where AWS can replace its instances and roll back', () => {
    expect(obstacle(facts())).toBeUndefined();
  });

  it.each<[string, GroupFacts, string]>([
    [
      'a launch configuration',
      facts({ LaunchConfigurationName: 'web-2019' }, []),
      'it launches from the launch configuration web-2019: move it to a launch template',
    ],
    ['no template at all', facts({}, []), 'it has no launch template'],
    [
      'suspended processes that a refresh needs',
      facts({
        SuspendedProcesses: ['AZRebalance', 'Launch', 'Terminate'].map((ProcessName) => ({
          ProcessName,
        })),
      }),
      'its process Launch and Terminate is suspended: a refresh would wait for an hour and fail',
    ],
    [
      'attribute-based overrides',
      facts(mixed({ InstanceRequirements: { VCpuCount: { Min: 2 } } })),
      byAttributes,
    ],
    [
      'an attribute-based template',
      facts({}, [use({ data: { ImageId: OLD, InstanceRequirements: {} } })]),
      byAttributes,
    ],
    [
      'an override that names an AMI itself',
      facts(mixed({ InstanceType: 'm6i.large' }, { InstanceType: 'r6i.large', ImageId: OLD })),
      'its override 2 (r6i.large) names an AMI itself, whatever its launch template has: remove its ImageId',
    ],
    [
      '$Latest',
      facts({}, [use({ configured: '$Latest' })]),
      'its launch template is web version $Latest: AWS cannot roll that back; set its number, 3',
    ],
    [
      '$Default',
      facts({}, [use({ configured: '$Default' })]),
      'its launch template is web version $Default: AWS cannot roll that back; set its number, 3',
    ],
    [
      'no version, which means the default',
      facts({}, [{ ...use(), configured: undefined } as never]),
      'its launch template is web version $Default: AWS cannot roll that back; set its number, 3',
    ],
    [
      'an AMI that a parameter names',
      facts({}, [use({ data: { ImageId: 'resolve:ssm:/golden/web' } })]),
      'its launch template names its AMI as resolve:ssm:/golden/web: AWS cannot roll that back; set the id of an AMI',
    ],
    [
      'a template without an AMI',
      facts({}, [use({ data: {} })]),
      'its launch template (web version 3) names no AMI',
    ],
    [
      'a template that is gone',
      facts({}, [use({ version: 0, data: {} })]),
      'its launch template is web version 3, which is not there',
    ],
    [
      'any of that in an override',
      facts({}, [
        use(),
        use({ name: 'memory', configured: '$Latest', place: 'its override 2 (r6i.large)' }),
      ]),
      'its override 2 (r6i.large) is memory version $Latest: AWS cannot roll that back; set its number, 3',
    ],
    [
      'an instance that is protected from scale-in',
      facts(instance({ ProtectedFromScaleIn: true })),
      'i-1 is protected from scale-in: set protectedInstances to refresh or ignore',
    ],
    [
      'an instance in Standby',
      facts(instance({ LifecycleState: 'Standby' })),
      'i-1 is in Standby: set standbyInstances to terminate or ignore',
    ],
  ])('is %s', (_, given, expected) => {
    expect(obstacle(given)).toBe(expected);
  });

  it.each<[string, Partial<ImageFacts>, string]>([
    [
      'architecture',
      { architecture: 'arm64' },
      `its launch template runs ${OLD}, whose architecture is x86_64; that of ${NEW} is arm64`,
    ],
    [
      'virtualization',
      { virtualization: 'paravirtual' },
      `its launch template runs ${OLD}, whose virtualization is hvm; that of ${NEW} is paravirtual`,
    ],
    [
      'kind of root device',
      { rootDeviceType: 'instance-store' },
      `its launch template runs ${OLD}, whose rootDeviceType is ebs; that of ${NEW} is instance-store`,
    ],
  ])('is an AMI of another %s', (_, target, expected) => {
    expect(obstacle(facts(), {}, target)).toBe(expected);
  });

  it('is a root device of another name only where the template maps it', () => {
    const target = { rootDeviceName: '/dev/sda1' };
    const BlockDeviceMappings = [{ DeviceName: '/dev/xvda' }];
    expect(obstacle(facts(), {}, target)).toBeUndefined();
    expect(
      obstacle(facts({}, [use({ data: { ImageId: OLD, BlockDeviceMappings } })]), {}, target),
    ).toBe(`its launch template maps the root device /dev/xvda; that of ${NEW} is /dev/sda1`);
  });

  it('is not an AMI that is gone by now: there is nothing to compare', () => {
    expect(
      findObstacle(facts(), image(NEW, { architecture: 'arm64' }), new Map(), groupSettings()),
    ).toBeUndefined();
  });

  it('is no protected or standby instance where the settings say what becomes of it', () => {
    for (const protectedInstances of ['ignore', 'refresh'] as const) {
      const given = facts(instance({ ProtectedFromScaleIn: true }));
      expect(obstacle(given, { protectedInstances })).toBeUndefined();
    }
    for (const standbyInstances of ['ignore', 'terminate'] as const) {
      const given = facts(instance({ LifecycleState: 'Standby' }));
      expect(obstacle(given, { standbyInstances })).toBeUndefined();
    }
  });
});

const replaced = 'instances that are protected from scale-in are replaced all the same';

describe('what people are warned of', () => {
  const warnings = (given: GroupFacts, settings: GroupArgs = {}) =>
    findWarnings(given, groupSettings(settings));

  it('is nothing with the defaults, also for a single instance: its successor comes first', () => {
    expect(warnings(facts())).toEqual([]);
    expect(warnings(facts({ DesiredCapacity: 1 }))).toEqual([]);
  });

  it.each<[string, GroupFacts, GroupArgs, string]>([
    [
      'a certain outage of one instance',
      facts({ DesiredCapacity: 1 }),
      { minHealthyPercentage: 90, maxHealthyPercentage: 100 },
      'an outage is certain: its one instance is terminated before the next is there',
    ],
    [
      'a certain outage of all',
      facts({ DesiredCapacity: 3 }),
      { minHealthyPercentage: 0, maxHealthyPercentage: 100 },
      'an outage is certain: all its instances are terminated before the next is there',
    ],
    [
      'instances as heavy as the group',
      facts({ DesiredCapacity: 4, ...mixed({ WeightedCapacity: '4' }) }),
      {},
      'an instance weighs as much as the whole group: all may be replaced at once',
    ],
    ['a warm pool', facts({ WarmPoolConfiguration: {} }), {}, 'its warm pool is replaced as well'],
    [
      'protected instances that stay',
      facts(instance({ ProtectedFromScaleIn: true })),
      { protectedInstances: 'ignore' },
      'instances that are protected from scale-in keep the old AMI',
    ],
    [
      'protected instances that go',
      facts(instance({ ProtectedFromScaleIn: true })),
      { protectedInstances: 'refresh' },
      replaced,
    ],
    [
      'several launch templates',
      facts({}, [use(), use({ id: 'lt-2' })]),
      {},
      'its overrides have launch templates of their own: each gets a new version',
    ],
  ])('is %s', (_, given, settings, expected) => {
    expect(warnings(given, settings)).toEqual([expected]);
  });

  it('is no outage where one instance at least stays, nor where there is none', () => {
    const settings = { minHealthyPercentage: 50, maxHealthyPercentage: 100 };
    expect(warnings(facts({ DesiredCapacity: 2 }), settings)).toEqual([]);
    expect(warnings(facts({ DesiredCapacity: 1 }), settings)).toHaveLength(1);
    expect(warnings(facts({ DesiredCapacity: 0 }), settings)).toEqual([]);
  });

  it('does not take a weight of one in a group of one for heavy', () => {
    expect(warnings(facts({ DesiredCapacity: 1, ...mixed({ WeightedCapacity: '1' }) }))).toEqual(
      [],
    );
  });
});
