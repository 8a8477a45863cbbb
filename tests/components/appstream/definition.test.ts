import { defineAutoUpdater } from '../../../components/appstream/auto-updater/definition';
import { defineCloser } from '../../../components/foundation/workflow';
import { validateDefinition } from '../../../rehearsal/asl/validate';
import type { Json } from '../../../rehearsal/services/service';

const arn = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;

const updater = defineAutoUpdater(
  {
    survey: arn('survey'),
    claim: arn('claim'),
    commit: arn('commit'),
    settle: arn('settle'),
    report: arn('report'),
  },
  { pollSeconds: 900, quotaPollSeconds: 600, timeoutSeconds: 86_400 },
);
const closer = defineCloser({ find: arn('find'), close: arn('close'), report: arn('report') });

/** Every state, those within a Map included. */
function statesOf(container: Json): [string, Json][] {
  return Object.entries<Json>(container.States).flatMap(([name, state]) => [
    [name, state],
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
  ]);
}

/** Where the errors of a state lead: `error -> state`, in the order in which they are tried. */
function compensations(definition: Json): Record<string, string[]> {
  return Object.fromEntries(
    statesOf(definition)
      .filter(([, { Type }]) => Type === 'Task' || Type === 'Map')
      .map(([name, { Catch = [] }]) => [
        name,
        Catch.map((one: Json) => `${one.ErrorEquals.join(', ')} -> ${one.Next}`),
      ]),
  );
}

describe('the definition of the updater', () => {
  it('is valid for Step Functions', () => {
    expect(validateDefinition(updater)).toEqual([]);
    expect(validateDefinition(closer)).toEqual([]);
  });

  it('leads every error of every step to its compensation', () => {
    expect(compensations(updater)).toEqual({
      SurveyImages: ['States.ALL -> ReportFailure'],
      UpdateImages: ['States.ALL -> ReportFailure'],
      ClaimImage: ['States.ALL -> ClaimFailed'],
      CheckForUpdate: [
        'AppStream.IncompatibleImageException -> Incompatible',
        'AppStream.ResourceAlreadyExistsException -> WaitUntilVisible',
        'AppStream.LimitExceededException -> StillTimeToStart',
        'States.ALL -> SettleError',
      ],
      StartUpdate: [
        'AppStream.ResourceAlreadyExistsException -> WaitUntilVisible',
        'AppStream.LimitExceededException -> StillTimeToStart',
        'AppStream.IncompatibleImageException -> Incompatible',
        'States.ALL -> SettleError',
      ],
      CheckImage: [
        'AppStream.ResourceNotFoundException -> StillTimeToFinish',
        'States.ALL -> SettleError',
      ],
      CommitLineage: ['States.ALL -> SettleError'],
      Settle: ['States.ALL -> SettleFailed'],
      SettleError: ['States.ALL -> SettleFailed'],
      ReportRun: ['States.ALL -> RunFailed'],
      ReportFailure: ['States.ALL -> RunFailed'],
    });
    expect(compensations(closer)).toEqual({
      FindRuns: ['States.ALL -> ClosingFailed'],
      CloseRuns: ['States.ALL -> ClosingFailed'],
      CloseRun: ['States.ALL -> CloseFailed'],
      ReportRun: ['States.ALL -> CloseFailed'],
    });
  });

  it('never takes an answer of AppStream for a hiccup: what is caught by name is not retried', () => {
    for (const [, { Catch = [], Retry = [] }] of statesOf(updater)) {
      const named = Catch.flatMap((one: Json) => one.ErrorEquals as string[]).filter(
        (error: string) => error.startsWith('AppStream.'),
      );
      const [first] = Retry;
      if (named.length > 0)
        expect([first.MaxAttempts, new Set(first.ErrorEquals)]).toEqual([0, new Set(named)]);
    }
  });

  it('asks for an update only behind the dry run', () => {
    const states = Object.fromEntries(statesOf(updater));
    const leadsTo = (target: string) =>
      Object.entries<Json>(states)
        .filter(([, state]) => JSON.stringify(state).includes(`"${target}"`))
        .map(([name]) => name);
    expect(states['CheckForUpdate'].Parameters.DryRun).toBe(true);
    expect(states['StartUpdate'].Parameters.DryRun).toBe(false);
    expect(leadsTo('StartUpdate')).toEqual(['UpdateImages', 'WorthUpdating']);
    expect(states['WorthUpdating'].Default).toBe('StartUpdate');
    expect(states['WorthUpdating'].Choices.map((choice: Json) => choice.Next)).toEqual([
      'UpToDate',
      'Planned',
    ]);
  });

  it('bounds the run, every task and every loop in time', () => {
    expect(updater.TimeoutSeconds).toBe(86_400);
    for (const [name, state] of statesOf(updater)) {
      if (state.Type === 'Task') expect([name, state.TimeoutSeconds > 0]).toEqual([name, true]);
    }
    const states = Object.fromEntries(statesOf(updater));
    const deadlines = (name: string) =>
      states[name].Choices.filter(
        (choice: Json) => choice.TimestampGreaterThanPath !== undefined,
      ).map((choice: Json) => choice.Next);
    expect(deadlines('StillTimeToStart')).toEqual(['Postponed']);
    expect(deadlines('StillTimeToFinish')).toEqual(['Unfinished']);
    expect(deadlines('ImageState')).toEqual(['Unfinished']);
  });
});
