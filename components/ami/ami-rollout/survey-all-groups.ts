import { invokeFunction, onError, whichRun, type State } from '../../foundation/state-language';
import type { Functions } from './one-group';

/**
 * What there is to do: compare every group with the AMI; look for what is in the way of moving those that are behind;
 * write down which of them the run takes.
 */
export function surveyAllGroups(functions: Functions): Record<string, State> {
  return {
    SurveyGroups: invokeFunction({
      comment: 'Which groups do not run it yet?',
      functionArn: functions.survey,
      payload: {
        'mode.$': '$.resolved.mode',
        'image.$': '$.resolved.image',
        'waves.$': '$.resolved.waves',
        'force.$': '$.resolved.force',
        'tooYoung.$': '$.resolved.tooYoung',
        'settings.$': '$.settings',
      },
      fields: ['left', 'behind', 'clustered'],
      resultPath: '$.survey',
      timeoutSeconds: 900,
      catch: [onError('ReportFailure')],
      next: 'AnyBehind',
    }),
    AnyBehind: {
      Type: 'Choice',
      Choices: [{ Variable: '$.survey.behind[0]', IsPresent: true, Next: 'VetGroups' }],
      Default: 'QueueGroups',
    },
    VetGroups: invokeFunction({
      comment: 'What is in the way of moving them, and what should people know before?',
      functionArn: functions.vet,
      payload: {
        'image.$': '$.resolved.image',
        'groups.$': '$.survey.behind',
        'settings.$': '$.settings',
      },
      fields: ['groups'],
      resultPath: '$.vetted',
      timeoutSeconds: 900,
      catch: [onError('ReportFailure')],
      next: 'AnyClustered',
    }),
    AnyClustered: {
      Type: 'Choice',
      Choices: [{ Variable: '$.survey.clustered[0]', IsPresent: true, Next: 'VetClusters' }],
      Default: 'QueueGroups',
    },
    VetClusters: invokeFunction({
      comment: 'The same of their clusters',
      functionArn: functions.vetClusters,
      payload: { 'groups.$': '$.survey.clustered', 'settings.$': '$.settings' },
      fields: ['groups'],
      resultPath: '$.clusters',
      timeoutSeconds: 900,
      catch: [onError('ReportFailure')],
      next: 'QueueGroups',
    }),
    QueueGroups: invokeFunction({
      comment: 'Write down which groups the run takes, and why it leaves the others',
      functionArn: functions.queue,
      payload: {
        ...whichRun(),
        'machine.$': '$$.StateMachine.Id',
        'mode.$': '$.resolved.mode',
        'image.$': '$.resolved.image',
        'waves.$': '$.resolved.waves',
        'notify.$': '$.resolved.notify',
        'reason.$': '$.resolved.reason',
        'survey.$': '$.survey',
        'vetted.$': '$.vetted.groups',
        'clusters.$': '$.clusters.groups',
      },
      fields: ['next', 'waves', 'quiet', 'facts'],
      resultPath: '$.survey',
      timeoutSeconds: 300,
      catch: [onError('ReportFailure')],
      next: 'Surveyed',
    }),
    Surveyed: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.survey.next', StringEquals: 'waves', Next: 'FirstWave' },
        { Variable: '$.survey.quiet', BooleanEquals: true, Next: 'NothingToDo' },
      ],
      Default: 'ReportRun',
    },
  };
}
