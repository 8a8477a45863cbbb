import type { Operation } from '../service';
import { chooseByName, pageOf, withoutTags } from './page';
import { visibleBuilders, type AppStreamState } from './state';

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_DescribeImageBuilders.html */
export const describeImageBuilders: Operation<AppStreamState> = {
  mutates: false,
  // No resource-level permission:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonappstream2.0.html
  authorize: () => [{ action: 'appstream:DescribeImageBuilders', resource: '*' }],
  handle: (input, state, { now, uses }) => {
    uses('update-builder');
    uses('pages');
    const chosen = chooseByName('image builder', input, visibleBuilders(state, now));
    const { entries, token } = pageOf('builders', chosen, input, { usual: 25 });
    return { ImageBuilders: entries.map(withoutTags), ...token };
  },
};
