import type { Json } from '../../services/service';
import { outcomeOf } from '../data-flow';
import { note } from '../history';
import type { Run } from '../run';
import { abort, enter, exit } from '../transitions';
import type { ActiveGroup, Branch } from '../types';

/** The children of a branch's Map or Parallel state. */
export function groupOf(run: Run, branch: Branch): ActiveGroup {
  const { group } = run.activeOf(branch);
  if (group === undefined) throw new Error(`The state of branch ${branch.id} has no children.`);
  return group;
}

/** Adds a child; it enters its first state when its turn comes. */
export function startChild(
  run: Run,
  parent: Branch,
  child: Pick<Branch, 'index' | 'path' | 'item' | 'child'>,
  input: Json,
): Branch {
  const branch: Branch = {
    ...child,
    id: run.newId('branch'),
    parent: parent.id,
    variables: {},
    previous: parent.previous,
  };
  run.execution.branches[branch.id] = branch;
  groupOf(run, parent).running.push(branch.id);
  run.enqueue(branch, () => enter(run, branch, run.containerOf(branch).StartAt, input));
  return branch;
}

/** Takes a child that has ended out of its group. */
export function removeChild(run: Run, parent: Branch, child: Branch): void {
  const group = groupOf(run, parent);
  group.running = group.running.filter((id) => id !== child.id);
  delete run.execution.branches[child.id];
}

/** Ends the children that still run, in the order of their positions. */
export function abortChildren(run: Run, parent: Branch, onAbort: (child: Branch) => void): void {
  for (const id of groupOf(run, parent).running) {
    const child = run.branch(id);
    onAbort(child);
    abort(run, child, parent.previous);
  }
}

/** Leaves a Map or Parallel state with the results of its children. */
export function leaveGroup(run: Run, parent: Branch, results: Json): void {
  const state = run.stateOf(parent);
  note(run, parent, `${state.Type}StateSucceeded`);
  exit(run, parent, { ...outcomeOf(run, parent, state, results), next: state.Next ?? null });
}
