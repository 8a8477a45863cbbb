import { AwsError, type Json, type Operation, type Scope } from '../service';
import type { AppStreamState } from './state';
import { startUpdate } from './update';

/**
 * The account as of now, with the updates that people have started in the console by then:
 * `appstream.imageUpdateStarted` of the estate. They are asked of the same rules as everybody's.
 *
 * Between two calls nothing else changes the account, so it is enough to make up for them at the next call.
 *
 * @param now epoch milliseconds, no earlier than that of any call before
 * @returns the state that was given, untouched, or a new one
 */
export function accountAt(state: AppStreamState, now: number, scope: Scope): AppStreamState {
  let account = state;
  for (const update of updatesByOthers(scope).slice(state.othersDone)) {
    if (Date.parse(update.at) > now) break;
    account = withUpdate(account, update, scope);
  }
  return account;
}

/** The operation on the account as of its call. */
export function afterOthers(operation: Operation<AppStreamState>): Operation<AppStreamState> {
  return {
    ...operation,
    handle: (input, state, call) => {
      const account = accountAt(state, call.now, call.scope);
      if (account.othersDone > 0) call.uses('others');
      const output: Json = operation.handle(input, account, call);
      if (operation.mutates && account !== state) Object.assign(state, account);
      return output;
    },
  };
}

const known = new WeakMap<object, readonly Json[]>();

/** In the order of time. What lies before the capture is part of the estate already. */
function updatesByOthers({ estate }: Scope): readonly Json[] {
  const updates =
    known.get(estate) ??
    ((estate.events ?? []) as Json[])
      .filter(({ type }) => type === 'appstream.imageUpdateStarted')
      .filter(({ at }) => Date.parse(at) > Date.parse(estate.capturedAt))
      .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  known.set(estate, updates);
  return updates;
}

function withUpdate(
  { images, arns, attempts, othersDone, ...rest }: AppStreamState,
  { at, image, by = 'somebody', duration }: Json,
  scope: Scope,
): AppStreamState {
  const account: AppStreamState = {
    ...rest,
    images: { ...images },
    arns: [...arns],
    attempts: { ...attempts },
    othersDone: othersDone + 1,
  };
  const ending = `-by-${by}-${at.replace(/\D/g, '').slice(0, 12)}`;
  const input = {
    existingImageName: image,
    newImageName: `${image.slice(0, 100 - ending.length)}${ending}`,
  };
  // Nothing is drawn: what others do must not change what happens to our own calls.
  const call = { now: Date.parse(at), random: () => 0.5, scope, uses: () => undefined };
  try {
    startUpdate(input, account, call, { by, ...(duration !== undefined && { duration }) });
  } catch (error) {
    // AWS refuses a person what it refuses everybody.
    if (!(error instanceof AwsError)) throw error;
  }
  return account;
}
