import { count, type End, type Invariant } from './invariant';
import { endsOfUpdates, falseCommits } from './invariant-1-image-updates';
import { endsOfRollouts, falseDefaults } from './invariant-1-rollouts';

/**
 * Every image update and every rollout that AWS accepted ends committed, or failed and notified with AWS's own
 * reason, or is still looked after by a run. And the reverse: nothing is committed that is not there.
 */
export const nothingForgotten: Invariant = {
  id: '1',
  title: 'Nothing that AWS accepted is forgotten',
  check(evidence) {
    const [updates, rollouts] = [endsOfUpdates(evidence), endsOfRollouts(evidence)];
    const ends = [...updates, ...rollouts];
    const number = (end: End['kind']) => ends.filter(({ kind }) => kind === end).length;
    const parts = [
      `${number('committed')} committed`,
      `${number('notified')} failed and notified`,
      `${number('attended')} in the hands of a run that goes on`,
    ];
    return {
      summary:
        `${count(updates.length, 'accepted image update')} and ` +
        `${count(rollouts.length, 'rollout')}: ${parts.join(', ')}`,
      problems: [
        ...ends.flatMap((end) => (end.kind === 'forgotten' ? [end.problem] : [])),
        ...falseCommits(evidence),
        ...falseDefaults(evidence),
      ],
    };
  },
};
