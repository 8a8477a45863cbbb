import { hasNoResources } from '../../policy/actions-without-resources';
import { published } from '../support/service-reference';

describe('the actions without resources are those that AWS publishes', () => {
  // Of `ec2` and `iam` only what is of interest is published.
  it.each(Object.keys(published))('%s', (service) => {
    const actions = Object.entries(published[service] ?? {});
    expect(actions.length).toBeGreaterThan(0);
    const without = actions.filter(([, { resources }]) => resources.length === 0);
    expect(
      actions.map(([name]) => name).filter((name) => hasNoResources(`${service}:${name}`)),
    ).toEqual(without.map(([name]) => name));
  });
});
