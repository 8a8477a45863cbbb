import type { GrpcServer } from '../../rehearsal/host/grpc-server';
import { UNKNOWN } from '../../rehearsal/host/wire-values';
import { amis, estateOf } from '../support/groups-of-estates';
import { Account } from './provider/account';
import { serveAwsProvider } from './provider/aws-provider';
import { DirectClient, type Deployed } from './provider/client';
import { Machines } from './provider/machines';

const urnOf = (type: string, name: string): string => `urn:pulumi:dev::groups::${type}::${name}`;
const template = urnOf('aws:ec2/launchTemplate:LaunchTemplate', 'web');
const group = urnOf('aws:autoscaling/group:Group', 'web');

describe('a launch template and a group, of which the provider asks AWS', () => {
  let machines: Machines;
  let server: GrpcServer;
  let provider: DirectClient;
  let created: Deployed;
  const inputs = { imageId: amis.current, instanceType: 'm6i.large' };

  beforeEach(async () => {
    const account = new Account();
    machines = account.machines = new Machines(estateOf({}));
    server = await serveAwsProvider(account);
    provider = new DirectClient(server.address);
    await provider.configure({ region: 'eu-west-1' });
    created = await provider.create(template, inputs);
  });
  afterEach(() => {
    provider.close();
    server.close();
  });

  /** What a rollout does with the template. */
  async function publish(): Promise<void> {
    await machines.ec2.createLaunchTemplateVersion({
      LaunchTemplateId: created.id,
      SourceVersion: '1',
      VersionDescription: 'a rollout',
      LaunchTemplateData: { ImageId: amis.good },
    });
    await machines.ec2.modifyLaunchTemplate({ LaunchTemplateId: created.id, DefaultVersion: '2' });
  }

  test('is made with a name and one version, and is then as AWS has it', async () => {
    expect(created.outputs).toEqual({
      ...inputs,
      id: created.id,
      arn: `arn:aws:ec2:eu-west-1:111122223333:launch-template/${created.id}`,
      name: expect.stringMatching(/^web-[0-9a-f]{7}$/),
      defaultVersion: 1,
      latestVersion: 1,
    });
    expect(await provider.diff(created, inputs)).toMatchObject({ changed: [] });
    expect(await provider.read(created)).toEqual(created);
  });

  test('is read from its latest version; what the program did not give becomes no input', async () => {
    await publish();
    const found = await provider.read(created);
    expect(found?.outputs).toMatchObject({
      imageId: amis.good,
      description: 'a rollout',
      defaultVersion: 2,
      latestVersion: 2,
    });
    expect(found?.inputs).toEqual({ ...created.inputs, imageId: amis.good });
  });

  test('is compared with the state, which AWS may have left behind, but for what is ignored', async () => {
    await publish();
    expect(await provider.diff(created, inputs)).toMatchObject({ changed: [] });
    const found = (await provider.read(created))!;
    expect(await provider.diff(found, inputs)).toMatchObject({
      changed: ['description', 'imageId'],
    });
    const ignored = ['description', 'imageId'];
    expect(await provider.diff(found, inputs, ignored)).toMatchObject({ changed: [] });
  });

  test('gets a version of all that the plan has, from the state where it is ignored', async () => {
    await publish();
    const found = (await provider.read(created))!;
    const larger = { ...inputs, instanceType: 'm7i.large' };
    const updated = await provider.update(found, larger, ['description', 'imageId']);
    expect(updated.outputs).toMatchObject({
      imageId: amis.good,
      instanceType: 'm7i.large',
      description: 'a rollout',
      defaultVersion: 2,
      latestVersion: 3,
    });
  });

  test('moves the default along only where it is told to', async () => {
    const told = await provider.update(created, {
      ...inputs,
      instanceType: 'm7i.large',
      updateDefaultVersion: true,
    });
    expect(told.outputs).toMatchObject({ defaultVersion: 2, latestVersion: 2 });
  });

  test('refuses what it does not know, and to be deleted', async () => {
    await expect(provider.update(created, { ...inputs, ramDiskId: 'ari-1' })).rejects.toThrow(
      'not implemented in the test provider: ramDiskId of aws:ec2/launchTemplate:LaunchTemplate',
    );
    await expect(provider.delete(created)).rejects.toThrow('the deletion of');
  });

  test('makes a group with its instances, and sends AWS only what changes of it', async () => {
    const arguments_ = {
      name: 'web',
      launchTemplate: { id: created.id, version: '1' },
      minSize: 2,
      maxSize: 4,
    };
    const made = await provider.create(group, arguments_);
    expect(made.outputs).toMatchObject({
      id: 'web',
      desiredCapacity: 2,
      healthCheckGracePeriod: 300,
      launchTemplate: { id: created.id, name: created.outputs['name'], version: '1' },
      waitForCapacityTimeout: '10m',
    });
    expect(await provider.diff(made, arguments_)).toMatchObject({ changed: [] });
    await publish();
    const LaunchTemplate = { LaunchTemplateId: created.id, Version: '2' };
    await machines.autoscaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'web',
      LaunchTemplate,
      DesiredCapacity: 3,
    });
    // The state knows nothing of it.
    const updated = await provider.update(made, { ...arguments_, maxSize: 6 });
    expect(updated.outputs).toMatchObject({
      maxSize: 6,
      desiredCapacity: 3,
      launchTemplate: { version: '2' },
    });
    const found = await provider.read(updated);
    expect(found?.inputs).toMatchObject({ launchTemplate: { id: created.id, version: '2' } });
    expect(found?.inputs).not.toHaveProperty('desiredCapacity');
  });

  test('is not made by a preview, which knows what AWS is going to say no more than it should', async () => {
    const planned = await provider.create(
      urnOf('aws:ec2/launchTemplate:LaunchTemplate', 'other'),
      inputs,
      { preview: true },
    );
    expect(planned.outputs).toMatchObject({ ...inputs, arn: UNKNOWN, latestVersion: UNKNOWN });
    expect(machines.estate.ec2.launchTemplates).toHaveLength(1);
  });
});
