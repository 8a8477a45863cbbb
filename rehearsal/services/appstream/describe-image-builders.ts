import { AwsError, type Operation } from '../service';
import { page, withDates, writeToken } from './describe-images';
import { checkName } from './names';
import { buildersAt, type AppStreamState } from './state';

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_DescribeImageBuilders.html */
export const describeImageBuilders: Operation<AppStreamState> = {
  mutates: false,
  // No resource-level permission:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonappstream2.0.html
  authorize: () => [{ action: 'appstream:DescribeImageBuilders', resource: '*' }],
  handle: (input, state, { now, uses }) => {
    uses('update-builder');
    const builders = buildersAt(state, now);
    const names: readonly string[] = input.Names ?? [];
    for (const name of names) checkName('names', name);
    const missing = names.find((name) => !builders.some((builder) => builder.Name === name));
    if (missing !== undefined) {
      const message = `The image builder ${missing} does not exist.`;
      throw new AwsError('ResourceNotFoundException', message);
    }
    const chosen =
      names.length === 0 ? builders : builders.filter(({ Name }) => names.includes(Name));
    const { from, size } = page(input, chosen.length, 'builders');
    const next = from + size;
    return {
      ImageBuilders: chosen.slice(from, next).map(withDates),
      ...(next < chosen.length && { NextToken: writeToken(next, 'builders') }),
    };
  },
};
