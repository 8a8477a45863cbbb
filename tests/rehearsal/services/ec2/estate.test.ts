import { BAD, DATA, estate, open } from './instance-support';
import { Account, instance, template, WEB } from './support';

describe('the estate', () => {
  const states = ['pending', 'running', 'shutting-down', 'terminated'];
  const instances = states.map((Name, index) =>
    instance(`i-0000000000000000${index}`, { ImageId: BAD, State: { Code: 0, Name } }),
  );

  it('may have instances in every state but stopped, and those of an unhealthy image are impaired', () => {
    const account = open({ ec2: { ...estate.ec2, instances } });
    const health = () => instances.map(({ InstanceId }) => account.health(InstanceId));
    expect(health().map(({ state }) => state)).toEqual(states);
    expect(health()[1].impairment).toBe('Instance reachability check failed');
    account.advance(40);
    expect(health().map(({ state }) => state)).toEqual([
      'running',
      'running',
      'terminated',
      'terminated',
    ]);
    expect(health()[0].impairment).toBeUndefined();
    account.advance(90);
    expect(health()[0].impairment).toBe('Instance reachability check failed');
    const stopped = instance('i-00000000000000009', { State: { Code: 80, Name: 'stopped' } });
    expect(() => open({ ec2: { instances: [stopped] } })).toThrow(
      'EC2: i-00000000000000009 is stopped, which is not emulated',
    );
  });

  it('that is written goes on where it stopped', () => {
    const account = open({ ec2: { ...estate.ec2, launchTemplates: [template([DATA])] } });
    const gone = account.run(DATA);
    account.advance(1000);
    account.call('Terminate', { id: gone }, 'launcher');
    account.call('CreateLaunchTemplateVersion', {
      LaunchTemplateId: WEB,
      LaunchTemplateData: DATA,
    });
    account.call('DeleteLaunchTemplateVersions', { LaunchTemplateId: WEB, Versions: ['2'] });
    account.call('CreateLaunchTemplateVersion', {
      LaunchTemplateId: WEB,
      LaunchTemplateData: DATA,
    });
    account.advance(4000);
    const stays = account.run(DATA);
    const bad = account.run({ ...DATA, ImageId: BAD });
    account.advance(1000);
    const written = JSON.parse(JSON.stringify(account.cloud.toEstate()));
    expect(
      written.ec2.instances.map(({ InstanceId }: { InstanceId: string }) => InstanceId),
    ).toEqual([stays, bad]);
    const again = new Account(written);
    expect(JSON.parse(JSON.stringify(again.cloud.toEstate()))).toEqual(written);
    expect(again.call('DescribeLaunchTemplates')).toEqual(account.call('DescribeLaunchTemplates'));
    expect(again.health(stays)).toEqual({ state: 'running', passed: true });
    expect(again.health(bad)).toMatchObject({ impairment: 'Instance reachability check failed' });
  });

  it('that is written has no instance that is no longer shown', () => {
    const account = open();
    const one = account.run(DATA);
    account.advance(1000);
    account.call('Terminate', { id: one }, 'launcher');
    const written = () => account.cloud.toEstate().ec2.instances.length;
    account.advance(3639);
    expect(written()).toBe(1);
    account.advance(1);
    expect(written()).toBe(0);
  });

  it('without EC2 is written without it', () => {
    expect(new Account({}).cloud.toEstate()).not.toHaveProperty('ec2');
    expect(new Account({ ec2: { images: [] } }).cloud.toEstate().ec2).toEqual({
      images: [],
      instances: [],
      launchTemplates: [],
    });
  });
});
