import type { Operation } from '../service';
import { chooseByName, pageOf, withoutTags } from './page';
import type { AppStreamState } from './state';

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_DescribeFleets.html */
export const describeFleets: Operation<AppStreamState> = {
  mutates: false,
  // No resource-level permission:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonappstream2.0.html
  authorize: () => [{ action: 'appstream:DescribeFleets', resource: '*' }],
  handle: (input, { fleets }, { uses }) => {
    uses('pages');
    const chosen = chooseByName('fleet', input, fleets);
    const { entries, token } = pageOf('fleets', chosen, input, { usual: 25 });
    return { Fleets: entries.map(withoutTags), ...token };
  },
};
