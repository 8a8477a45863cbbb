import type { Json } from '../services/service';
import type { Placement } from './outputs';

/** Provider functions that answer from where the stack is deployed, by token. */
const FUNCTIONS: Readonly<Record<string, (args: Json, placement: Placement) => Json>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': (_args, { account }) => ({
    id: account,
    accountId: account,
    arn: `arn:aws:iam::${account}:user/rehearsal`,
    userId: 'AIDAREHEARSAL0000000',
  }),
  'aws:index/getRegion:getRegion': (args, placement) => {
    const region = args.region ?? args.name ?? placement.region;
    return { id: region, name: region, region, endpoint: `ec2.${region}.amazonaws.com` };
  },
  'aws:index/getPartition:getPartition': () => ({
    id: 'aws',
    partition: 'aws',
    dnsSuffix: 'amazonaws.com',
    reverseDnsPrefix: 'com.amazonaws',
  }),
};

/**
 * Answers `aws.getRegion()` and its like. Throws for any function whose answer depends on an account that a
 * rehearsal does not have.
 */
export function invokeFunction(token: string, args: Json, placement: Placement): Json {
  const answer = FUNCTIONS[token];
  if (answer === undefined) {
    throw new Error(
      `not implemented in a rehearsal: the function ${token} (only ${Object.keys(FUNCTIONS).join(', ')})`,
    );
  }
  return answer(args, placement);
}
