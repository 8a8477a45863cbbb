import { defineAutoUpdater } from '../../../components/appstream/auto-updater/definition';
import { defineCloser } from '../../../components/foundation/workflow';
import { validateDefinition } from '../../../rehearsal/asl/validate';
import type { Json } from '../../../rehearsal/services/service';

const arn = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;

const updater = defineAutoUpdater(
  {
    survey: arn('survey'),
    followUp: arn('follow-up'),
    choose: arn('choose'),
    measure: arn('measure'),
    claim: arn('claim'),
    prepare: arn('prepare'),
    enter: arn('enter'),
    share: arn('share'),
    commit: arn('commit'),
    settle: arn('settle'),
    alert: arn('alert'),
    report: arn('report'),
    deliver: arn('deliver'),
  },
  { pollSeconds: 900, timeoutSeconds: 86_400 },
);
const closer = defineCloser({
  find: arn('find'),
  close: arn('close'),
  report: arn('report'),
  deliver: arn('deliver'),
});

const noRoom =
  'AppStream.LimitExceededException, AppStream.ConcurrentModificationException, AppStream.RequestLimitExceededException';

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
      FollowUp: ['States.ALL -> ReportFailure'],
      ChooseImages: ['States.ALL -> ReportFailure'],
      MeasureRoom: ['States.ALL -> ReportFailure'],
      WarnOfRoom: ['States.ALL -> UpdateImages'],
      DeliverWarning: ['States.ALL -> UpdateImages'],
      UpdateImages: ['States.ALL -> ReportFailure'],
      ClaimImage: ['States.ALL -> ClaimFailed'],
      PrepareUpdate: ['States.ALL -> SettleError'],
      CheckForUpdate: [
        'AppStream.IncompatibleImageException -> Incompatible',
        'AppStream.ResourceAlreadyExistsException -> WaitUntilVisible',
        `${noRoom} -> WaitForRoom`,
        'States.ALL -> SettleError',
      ],
      EnterWindow: ['States.ALL -> SettleError'],
      StartUpdate: [
        'AppStream.IncompatibleImageException -> Incompatible',
        'AppStream.ResourceAlreadyExistsException -> WaitUntilVisible',
        `${noRoom} -> WaitForRoom`,
        'States.ALL -> SettleError',
      ],
      CheckImage: [
        'AppStream.ResourceNotFoundException -> TimeToLookAgain',
        'States.ALL -> SettleError',
      ],
      BlockImage: ['States.ALL -> SettleFailed'],
      ShareImage: ['States.ALL -> SettleError'],
      CommitLineage: ['States.ALL -> SettleError'],
      Settle: ['States.ALL -> SettleFailed'],
      SettleError: ['States.ALL -> SettleFailed'],
      TellOutcome: ['States.ALL -> FirstFailure'],
      AlertFailure: ['States.ALL -> Done'],
      DeliverAlert: ['States.ALL -> Done'],
      MeasurePlan: ['States.ALL -> ReportFailure'],
      ReportRun: ['States.ALL -> RunFailed'],
      DeliverReport: ['States.ALL -> RunFailed'],
      ReportFailure: ['States.ALL -> RunFailed'],
      DeliverFailure: ['States.ALL -> RunFailed'],
    });
    expect(compensations(closer)).toEqual({
      FindRuns: ['States.ALL -> ClosingFailed'],
      CloseRuns: ['States.ALL -> ClosingFailed'],
      CloseRun: ['States.ALL -> CloseFailed'],
      ReportRun: ['States.ALL -> CloseFailed'],
      DeliverReport: ['States.ALL -> CloseFailed'],
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

  it('asks for an update only behind the dry run and the window', () => {
    const states = Object.fromEntries(statesOf(updater));
    expect(states['CheckForUpdate'].Parameters.DryRun).toBe(true);
    expect(states['StartUpdate'].Parameters.DryRun).toBe(false);
    expect(waysTo('StartUpdate')).toEqual(['RoomToStart']);
    expect(waysTo('RoomToStart')).toEqual(['EnterWindow']);
    expect(waysTo('EnterWindow')).toEqual(['WorthUpdating']);
    expect(waysTo('WorthUpdating')).toEqual(['CheckForUpdate']);
    expect(states['WorthUpdating'].Choices.map((choice: Json) => choice.Next)).toEqual([
      'UpToDate',
      'Planned',
    ]);
  });

  it('changes nothing in a plan: every way to a change passes a choice that a plan does not take', () => {
    const states = Object.fromEntries(statesOf(updater));
    const plan = { Variable: '$.mode', StringEquals: 'plan' };
    for (const guard of ['AlreadyRunning', 'AlreadyThere', 'AlreadyFailed', 'WorthUpdating']) {
      expect(states[guard].Choices).toContainEqual(expect.objectContaining(plan));
    }
    expect(waysTo('FollowUpdate')).toEqual(['AlreadyRunning']);
    expect(waysTo('LastAttempt')).toEqual(['AlreadyFailed', 'ImageState']);
    expect(waysTo('BlockImage')).toEqual(['LastAttempt']);
    expect(waysTo('ShareImage')).toEqual(['AlreadyThere', 'ImageState']);
    expect(waysTo('CommitLineage')).toEqual(['ShareImage']);
  });

  it('hands over nothing from the Map whose size grows with the images', () => {
    const states = Object.fromEntries(statesOf(updater));
    const { ResultPath, ItemProcessor, ToleratedFailurePercentage } = states['UpdateImages'];
    expect([ResultPath, ToleratedFailurePercentage]).toEqual([null, 100]);
    const ends = Object.entries<Json>(ItemProcessor.States).filter(([, { End }]) => End === true);
    expect(ends.map(([name, { Result }]) => [name, Result])).toEqual([['Done', 0]]);
  });

  it('bounds the run, every task and every loop in time', () => {
    expect(updater.TimeoutSeconds).toBe(86_400);
    for (const [name, state] of statesOf(updater)) {
      if (state.Type === 'Task') expect([name, state.TimeoutSeconds > 0]).toEqual([name, true]);
    }
    const states = Object.fromEntries(statesOf(updater));
    for (const name of ['ImageState', 'TimeToLookAgain']) {
      expect(states[name].Choices).toContainEqual({
        Variable: '$$.State.EnteredTime',
        TimestampGreaterThanPath: '$.window.watch.finishBy',
        Next: 'Unfinished',
      });
    }
    // Whoever waits for room comes back to the claim, which knows when it has waited long enough.
    expect([states['WaitForRoom'].Next, states['WaitUntilVisible'].Next]).toEqual([
      'ClaimImage',
      'ClaimImage',
    ]);
  });

  it('looks at a young update more often than at an old one', () => {
    const states = Object.fromEntries(statesOf(updater));
    const seconds = ['WatchOften', 'WatchSometimes', 'WaitForImage'].map(
      (name) => states[name].Seconds,
    );
    expect(seconds).toEqual([180, 360, 900]);
  });
});

/** States that lead to another one, other than by an error. */
function waysTo(target: string): string[] {
  return statesOf(updater)
    .filter(([, { Next, Default, Choices = [] }]) =>
      [Next, Default, ...Choices.map((choice: Json) => choice.Next)].includes(target),
    )
    .map(([name]) => name);
}
