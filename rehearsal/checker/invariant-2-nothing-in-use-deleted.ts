import { DELETION_RULES, isDeletion } from './deletions';
import { changedEstate, count, isByHand, type Invariant } from './invariant';

/**
 * Every deletion that took effect is held against the rule of its operation; an operation without a rule may not
 * be used. So an AMI, AWS Backup's or any other, cannot be deregistered before a rule says which ones may be.
 */
export const nothingInUseDeleted: Invariant = {
  id: '2',
  title: 'Nothing in use is deleted',
  check(evidence) {
    const deletions = evidence.trace.calls.filter(
      (call) => isDeletion(call) && changedEstate(call) && !isByHand(call),
    );
    return {
      summary: `${count(deletions.length, 'deletion')} took effect`,
      problems: deletions.flatMap((call) => {
        const name = `${call.service}:${call.operation}`;
        const rule = DELETION_RULES[name];
        return rule?.(call, evidence) ?? [`${name} of ${call.resource}: no rule allows it`];
      }),
    };
  },
};
