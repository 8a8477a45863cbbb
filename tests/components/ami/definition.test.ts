import { toSettings } from '../../../components/ami/ami-rollout/arguments';
import {
  defineRollout,
  type RolloutFunction,
} from '../../../components/ami/ami-rollout/definition';
import { refreshEnded } from '../../../components/ami/ami-rollout/wake-up';
import { validateDefinition } from '../../../rehearsal/asl/validate';
import type { Json } from '../../../rehearsal/services/service';

const functions = [
  'resolve',
  'survey',
  'vet',
  'vetClusters',
  'queue',
  'followUp',
  'openWave',
  'claim',
  'inspect',
  'ready',
  'version',
  'watch',
  'beginScaling',
  'arrangeGroup',
  'changeCapacity',
  'awaitInstances',
  'tend',
  'commit',
  'undo',
  'settle',
  'alert',
  'report',
  'deliver',
] as const satisfies readonly RolloutFunction[];

const settings = toSettings({
  ledger: undefined as never,
  groups: { web: {}, apps: { ecs: { cluster: 'apps' } } },
});
const rollout = defineRollout(
  Object.fromEntries(
    functions.map((name) => [name, `arn:aws:lambda:eu-west-1:111122223333:function:${name}`]),
  ) as Record<RolloutFunction, string>,
  {
    rollout: settings,
    timeoutSeconds: 86_400,
    place: { table: 'ledger', workflow: 'ami-rollout' },
  },
);

const { MoveGroups } = rollout.States as Json;
const states: Record<string, Json> = { ...rollout.States, ...MoveGroups.ItemProcessor.States };
const entries = Object.entries(states);

/** States that lead to another one, other than by an error. */
function waysTo(target: string): string[] {
  return entries
    .filter(([, { Next, Default, Choices = [] }]) =>
      [Next, Default, ...Choices.map((choice: Json) => choice.Next)].includes(target),
    )
    .map(([name]) => name);
}

/** Where a choice leads, by the value that it compares with; `IsPresent` is `present`. */
function branches(name: string): Record<string, string> {
  const { Choices, Default } = states[name];
  return {
    ...Object.fromEntries(
      Choices.map(({ StringEquals, BooleanEquals, Next }: Json) => [
        StringEquals ?? (BooleanEquals === true ? 'true' : 'present'),
        Next,
      ]),
    ),
    otherwise: Default,
  };
}

describe('the definition of a rollout', () => {
  it('is valid for Step Functions', () => {
    expect(validateDefinition(rollout)).toEqual([]);
  });

  it('has no state that two parts of it call the same', () => {
    const count = Object.keys(rollout.States).length;
    expect(entries).toHaveLength(count + Object.keys(MoveGroups.ItemProcessor.States).length);
  });

  it('leads every error of every step to its compensation', () => {
    const compensations = Object.fromEntries(
      entries
        .filter(([, { Type }]) => Type === 'Task' || Type === 'Map')
        .map(([name, { Catch }]) => [
          name,
          Catch.map((one: Json) => `${one.ErrorEquals.join(', ')} -> ${one.Next}`),
        ]),
    );
    const gone = 'AutoScaling.IrreversibleInstanceRefreshException';
    expect(compensations).toEqual({
      WhoWaits: ['States.ALL -> NothingToDo'],
      WakeUp: ['States.ALL -> NothingToDo'],
      FollowUp: ['States.ALL -> ReportFailure'],
      ResolveImage: ['States.ALL -> ReportFailure'],
      SurveyGroups: ['States.ALL -> ReportFailure'],
      VetGroups: ['States.ALL -> ReportFailure'],
      VetClusters: ['States.ALL -> ReportFailure'],
      QueueGroups: ['States.ALL -> ReportFailure'],
      OpenWave: ['States.ALL -> ReportFailure'],
      AskForApproval: ['States.ALL -> WaitForApproval'],
      DeliverQuestion: ['States.ALL -> WaitForApproval'],
      MoveGroups: ['States.ALL -> ReportFailure'],
      ReportRun: ['States.ALL -> RunFailed'],
      DeliverReport: ['States.ALL -> RunFailed'],
      ReportFailure: ['States.ALL -> RunFailed'],
      DeliverFailure: ['States.ALL -> RunFailed'],
      ClaimGroup: ['States.ALL -> ClaimFailed'],
      InspectGroup: ['States.ALL -> SettleError'],
      WaitForOther: ['States.Timeout -> ClaimGroup', 'States.ALL -> WaitForOtherByTime'],
      ReadyCluster: ['States.ALL -> SettleError'],
      EnsureVersion: ['States.ALL -> UndoAfterError'],
      BeginScaling: ['States.ALL -> SettleError'],
      ArrangeGroup: ['States.ALL -> SettleError'],
      ChangeCapacity: ['States.ALL -> SettleError'],
      AwaitInstances: ['States.ALL -> SettleError'],
      StartRefresh: [
        'AutoScaling.InstanceRefreshInProgressException -> LookAgain',
        'States.ALL -> UndoAfterError',
      ],
      WaitForRefresh: ['States.Timeout -> HasTasks', 'States.ALL -> WaitForRefreshByTime'],
      MoveTasks: ['States.ALL -> WatchRefresh'],
      RollBack: [`${gone} -> Cancel`, 'States.ALL -> WatchRefresh'],
      Cancel: ['States.ALL -> WatchRefresh'],
      WatchRefresh: ['States.ALL -> SettleError'],
      ReleaseCluster: ['States.ALL -> SettleError'],
      CommitGroup: ['States.ALL -> SettleError'],
      UndoGroup: ['States.ALL -> SettleError'],
      UndoAfterError: ['States.ALL -> SettleError'],
      Settle: ['States.ALL -> SettleFailed'],
      SettleError: ['States.ALL -> SettleFailed'],
    });
  });

  it('keeps the error that it reports: what is tried in between writes its own elsewhere', () => {
    for (const name of ['UndoAfterError', 'MoveTasks', 'RollBack', 'Cancel']) {
      for (const { ResultPath } of states[name].Catch) expect(ResultPath).toBe('$.missed');
    }
    expect(states['StartRefresh'].Catch.map((one: Json) => one.ResultPath)).toEqual([
      '$.taken',
      '$.error',
    ]);
  });

  it('never takes an answer of AWS for a hiccup: what is caught by name is not retried', () => {
    for (const name of ['StartRefresh', 'RollBack', 'Cancel', 'WhoWaits', 'WakeUp']) {
      const [first] = states[name].Retry;
      const named = states[name].Catch.flatMap((one: Json) => one.ErrorEquals as string[]).filter(
        (error: string) => error !== 'States.ALL',
      );
      expect(first.MaxAttempts).toBe(0);
      expect(first.ErrorEquals).toEqual(expect.arrayContaining(named));
      expect(first.ErrorEquals.length).toBeGreaterThan(0);
    }
    expect(states['Cancel'].Retry[0].ErrorEquals).toEqual([
      'AutoScaling.ActiveInstanceRefreshNotFoundException',
    ]);
  });

  it('begins with what the run is to do', () => {
    expect(states['Mode'].Default).toBe('ResolveImage');
    const [event, ...others] = states['Mode'].Choices;
    expect([event.And[1].StringEquals, event.Next]).toEqual(['aws.autoscaling', 'WhoWaits']);
    const modes = others.map(({ And, Next }: Json) => [And[1].StringEquals, Next]);
    expect(modes).toEqual(['reconcile', 'approve', 'stop'].map((mode) => [mode, 'FollowUp']));
    expect(branches('Resolved')).toEqual({ survey: 'SurveyGroups', otherwise: 'NothingToDo' });
    expect(branches('Surveyed')).toEqual({
      waves: 'FirstWave',
      true: 'NothingToDo',
      otherwise: 'ReportRun',
    });
  });

  it('vets only groups that are behind, and their clusters, but queues in any case', () => {
    expect(branches('AnyBehind')).toEqual({ present: 'VetGroups', otherwise: 'QueueGroups' });
    expect(states['AnyBehind'].Choices[0].Variable).toBe('$.survey.behind[0]');
    expect(branches('AnyClustered')).toEqual({ present: 'VetClusters', otherwise: 'QueueGroups' });
    expect(states['AnyClustered'].Choices[0].Variable).toBe('$.survey.clustered[0]');
    expect(waysTo('QueueGroups')).toEqual(['AnyBehind', 'AnyClustered', 'VetClusters']);
    expect(waysTo('Surveyed')).toEqual(['QueueGroups']);
    // Who was not asked has nothing to say.
    const nobody = { groups: [] };
    expect(states['Begin'].Parameters).toEqual({ settings, vetted: nobody, clusters: nobody });
  });

  it('does with a group that it has claimed what was begun with it says', () => {
    expect(branches('Claimed')).toEqual({ inspect: 'InspectGroup', otherwise: 'NotOurs' });
    expect(waysTo('NextStep')).toEqual(['InspectGroup']);
    expect(branches('NextStep')).toEqual({
      prepare: 'OnCluster',
      follow: 'FollowRefresh',
      scale: 'ArrangeGroup',
      wait: 'WaitForOther',
      commit: 'AlreadyThere',
      undo: 'AlreadyOver',
      postpone: 'Postponed',
      otherwise: 'Skipped',
    });
  });

  it('starts a refresh only behind the claim, the cluster and a version of its own', () => {
    expect(waysTo('StartRefresh')).toEqual(['ByStrategy']);
    expect(waysTo('ByStrategy')).toEqual(['EnsureVersion']);
    expect(waysTo('EnsureVersion')).toEqual(['OnCluster', 'ClusterReady']);
    expect(waysTo('OnCluster')).toEqual(['NextStep']);
    expect(branches('ByStrategy')).toEqual({
      scheduledActions: 'BeginScaling',
      otherwise: 'StartRefresh',
    });
  });

  it('scales step by step, each in its function, until one of them says how that ended', () => {
    const steps = ['BeginScaling', 'ArrangeGroup', 'ChangeCapacity', 'AwaitInstances'];
    expect(waysTo('ScaleState')).toEqual(steps);
    expect(branches('ScaleState')).toEqual({
      wait: 'WaitToScale',
      unfinished: 'Unfinished',
      otherwise: 'Scaled',
    });
    expect(states['WaitToScale'].Next).toBe('ScalingStep');
    expect(branches('ScalingStep')).toEqual({
      add: 'ChangeCapacity',
      remove: 'ChangeCapacity',
      await: 'AwaitInstances',
      otherwise: 'ArrangeGroup',
    });
    expect(waysTo('BeginScaling')).toEqual(['ByStrategy']);
    expect(waysTo('ArrangeGroup')).toEqual(['NextStep', 'ScalingStep']);
  });

  it('has AWS change the configuration of the group itself, so that it can roll back', () => {
    const { Resource, Parameters } = states['StartRefresh'];
    expect(Resource).toBe('arn:aws:states:::aws-sdk:autoscaling:startInstanceRefresh');
    expect(Parameters).toEqual({
      'AutoScalingGroupName.$': '$.group',
      Strategy: 'Rolling',
      'DesiredConfiguration.$': '$.version.desiredConfiguration',
      'Preferences.$': '$.version.preferences',
    });
    const calls = entries.flatMap(([, { Resource: call = '' }]) =>
      call.includes(':aws-sdk:') ? [call.split(':').slice(-2).join(':')] : [],
    );
    expect(calls.sort()).toEqual([
      'autoscaling:cancelInstanceRefresh',
      'autoscaling:rollbackInstanceRefresh',
      'autoscaling:startInstanceRefresh',
      'dynamodb:getItem',
      'dynamodb:updateItem.waitForTaskToken',
      'dynamodb:updateItem.waitForTaskToken',
      'sfn:sendTaskSuccess',
    ]);
  });

  it.each([
    ['WaitForOther', '$.begun.waitSeconds', 'ClaimGroup'],
    ['WaitForRefresh', '$.watch.waitSeconds', 'HasTasks'],
  ])('%s: the time counts, whether or not somebody can end the wait', (name, seconds, next) => {
    const { TimeoutSecondsPath, Next, ResultPath, Parameters, Retry } = states[name];
    expect([TimeoutSecondsPath, Next, ResultPath]).toEqual([seconds, next, null]);
    expect(states[`${name}ByTime`]).toEqual({ Type: 'Wait', SecondsPath: seconds, Next: next });
    // One who could not leave the token tries once more, and not for so long that the time is over.
    expect(Retry).toEqual([
      { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 1 },
    ]);
    expect(Parameters).toEqual({
      TableName: 'ledger',
      Key: {
        workflow: { S: 'ami-rollout' },
        item: { 'S.$': "States.Format('item#{}', $.group)" },
      },
      UpdateExpression: 'SET wakeToken = :token',
      ConditionExpression: 'leaseOwner = :execution',
      ExpressionAttributeValues: {
        ':token': { 'S.$': '$$.Task.Token' },
        ':execution': { 'S.$': '$.execution' },
      },
    });
  });

  it('hands the token back for the event of its group, and nothing else for an event', () => {
    expect(states['WhoWaits'].Parameters).toEqual({
      TableName: 'ledger',
      Key: {
        workflow: { S: 'ami-rollout' },
        item: {
          'S.$': "States.Format('item#{}', $$.Execution.Input.detail.AutoScalingGroupName)",
        },
      },
      ProjectionExpression: 'wakeToken',
      ConsistentRead: true,
    });
    expect(states['WhoWaits'].Next).toBe('SomebodyWaits');
    expect(branches('SomebodyWaits')).toEqual({ present: 'WakeUp', otherwise: 'NothingToDo' });
    expect(states['WakeUp'].Parameters).toEqual({
      'TaskToken.$': '$.found.Item.wakeToken.S',
      Output: '{}',
    });
    expect(states['WakeUp'].Next).toBe('NothingToDo');
    expect(states['NothingToDo'].End).toBe(true);
  });

  it('takes a group of a cluster through the steps of the cluster, and no other group', () => {
    const present = [{ Variable: '$.settings.ecs', IsPresent: true }];
    for (const [choice, onCluster, otherwise] of [
      ['OnCluster', 'ReadyCluster', 'EnsureVersion'],
      ['HasTasks', 'MoveTasks', 'WatchRefresh'],
      ['Ended', 'ReleaseCluster', 'HowItEnded'],
    ] as const) {
      expect(states[choice]).toMatchObject({ Choices: present, Default: otherwise });
      expect(states[choice].Choices[0].Next).toBe(onCluster);
      expect(waysTo(onCluster)).toContain(choice);
    }
    expect(branches('ClusterReady')).toEqual({
      ready: 'EnsureVersion',
      wait: 'WaitForTasks',
      postpone: 'TasksInTheWay',
      otherwise: 'Refused',
    });
    expect(waysTo('MoveTasks')).toEqual(['HasTasks']);
    expect(branches('TasksMove')).toEqual({ stalled: 'GiveUp', otherwise: 'WatchRefresh' });
    expect(states['GiveUp'].Next).toBe('RollBack');
    expect(waysTo('RollBack')).toEqual(['GiveUp']);
  });

  it('commits only what has succeeded, and undoes everything else', () => {
    expect(waysTo('CommitGroup')).toEqual(['HowItEnded']);
    expect(branches('HowItEnded')).toEqual({ succeeded: 'CommitGroup', otherwise: 'UndoGroup' });
    expect(waysTo('HowItEnded')).toEqual(['Ended', 'ReleaseCluster']);
    expect(waysTo('Moved')).toEqual(['CommitGroup']);
  });

  it('gives every ending of a group an outcome, and the lease back', () => {
    const endings = Object.fromEntries(
      waysTo('Settle').map((name) => [name, states[name].Parameters.outcome]),
    );
    expect(endings).toEqual({
      Moved: 'updated',
      Undone: 'undone',
      Unfinished: 'unfinished',
      Skipped: 'skipped',
      Postponed: 'postponed',
      NotOurs: 'postponed',
      TasksInTheWay: 'postponed',
      Refused: 'failed',
    });
    expect(states['SettleError'].Parameters.Payload).toMatchObject({ outcome: 'failed' });
    const ends = Object.entries<Json>(MoveGroups.ItemProcessor.States).filter(
      ([, { End, Type }]) => End === true || Type === 'Fail',
    );
    expect(ends.map(([name]) => name)).toEqual(['Done', 'SettleFailed']);
  });

  it('gives everything that a later state reads a value from the start', () => {
    const given = ['begun', 'ready', 'refresh', 'watch', 'tend', 'stall', 'undo'];
    expect(Object.keys(MoveGroups.ItemSelector)).toEqual([
      'execution.$',
      'run.$',
      'startedAt.$',
      'mode.$',
      'ami.$',
      'createdAt.$',
      'group.$',
      'settings.$',
      ...given,
    ]);
  });

  it('hands over nothing from the Map whose size grows with the groups, nor ends with one of them', () => {
    const { ResultPath, ToleratedFailurePercentage, ItemProcessor } = MoveGroups;
    expect([ResultPath, ToleratedFailurePercentage]).toEqual([null, 100]);
    expect(ItemProcessor.ProcessorConfig).toEqual({
      Mode: 'DISTRIBUTED',
      ExecutionType: 'STANDARD',
    });
    expect(states['Done']).toEqual({ Type: 'Pass', Result: 0, End: true });
  });

  it('opens the next wave after the soak of the last, and asks people once', () => {
    expect(states['MoveGroups'].Next).toBe('Soak');
    expect(states['Soak']).toEqual({
      Type: 'Wait',
      SecondsPath: '$.wave.soakSeconds',
      Next: 'OpenWave',
    });
    expect(waysTo('OpenWave')).toEqual(['FirstWave', 'WaitForApproval', 'Soak']);
    expect(branches('WaveDecision')).toEqual({
      roll: 'MoveGroups',
      soak: 'Soak',
      true: 'AskForApproval',
      approve: 'WaitForApproval',
      otherwise: 'ReportRun',
    });
    expect(waysTo('MoveGroups')).toEqual(['FollowThem', 'WaveDecision']);
  });

  it('bounds the run and every task in time, and lets no wait be a fixed one that goes on for days', () => {
    expect(rollout.TimeoutSeconds).toBe(86_400);
    for (const [name, state] of entries) {
      if (state.Type !== 'Task') continue;
      const { TimeoutSeconds, TimeoutSecondsPath } = state;
      expect([name, TimeoutSeconds > 0 || TimeoutSecondsPath !== undefined]).toEqual([name, true]);
    }
    const waits = entries.filter(([, { Type }]) => Type === 'Wait');
    expect(
      Object.fromEntries(waits.map(([name, one]) => [name, one.SecondsPath ?? one.Seconds])),
    ).toEqual({
      WaitForApproval: '$.wave.waitSeconds',
      Soak: '$.wave.soakSeconds',
      WaitForOtherByTime: '$.begun.waitSeconds',
      WaitForTasks: '$.ready.waitSeconds',
      WaitToScale: '$.watch.waitSeconds',
      // Only after a refresh was found in progress, for which the claim waits otherwise.
      LookAgain: 5,
      WaitForRefreshByTime: '$.watch.waitSeconds',
    });
  });

  it('holds the settings with which the component was made', () => {
    expect(states['Begin'].Parameters).toMatchObject({ settings });
  });
});

describe('the events that end a wait', () => {
  const ends = ['Succeeded', 'Failed', 'Cancelled', 'Rollback Succeeded', 'Rollback Failed'];
  const pattern = {
    source: ['aws.autoscaling'],
    'detail-type': ends.map((end) => `EC2 Auto Scaling Instance Refresh ${end}`),
  };
  const named = (count: number) => Array.from({ length: count }, (_, index) => `group-${index}`);

  it('are the ends of the refreshes of these groups', () => {
    expect(refreshEnded(['web', 'apps'])).toEqual({
      ...pattern,
      detail: { AutoScalingGroupName: ['web', 'apps'] },
    });
  });

  it('are those of all groups where the names are too long for a rule', () => {
    expect(refreshEnded(named(200))).toEqual(pattern);
    for (const count of [1, 50, 120, 150, 200]) {
      expect(JSON.stringify(refreshEnded(named(count))).length).toBeLessThanOrEqual(2048);
    }
    expect(refreshEnded(named(120))).toHaveProperty('detail');
  });
});
