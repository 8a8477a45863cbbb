import { checkDefinitions } from '../../rehearsal/definitions';
import type { Program } from '../../rehearsal/host/program';

function programWith(task: object): Program {
  const definition = {
    StartAt: 'All',
    States: {
      All: {
        Type: 'Map',
        End: true,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'One',
          States: { One: { Type: 'Task', End: true, ...task } },
        },
      },
    },
  };
  const machine = {
    type: 'aws:sfn/stateMachine:StateMachine',
    name: 'updates',
    inputs: { definition: JSON.stringify(definition) },
  };
  return { resources: [machine] } as unknown as Program;
}

const update = 'arn:aws:states:::aws-sdk:appstream:createUpdatedImage';

describe('the definitions of a program, before anything runs', () => {
  it('are accepted when their calls exist and their parameters fit, in the casing of Step Functions', () => {
    const Parameters = { ExistingImageName: 'a', 'NewImageName.$': '$.name', DryRun: true };
    for (const Resource of [update, `${update}.waitForTaskToken`]) {
      expect(() => checkDefinitions(programWith({ Resource, Parameters }))).not.toThrow();
    }
  });

  it.each([
    [
      'an operation that does not exist',
      { Resource: 'arn:aws:states:::aws-sdk:appstream:createUpdatedImages', Parameters: {} },
      'CreateUpdatedImages',
    ],
    [
      'a service that is not emulated',
      { Resource: 'arn:aws:states:::aws-sdk:glue:startJobRun', Parameters: {} },
      'glue',
    ],
    [
      "the API's own casing",
      { Resource: update, Parameters: { existingImageName: 'a', NewImageName: 'b' } },
      'existingImageName',
    ],
    [
      'a misspelt parameter with a path',
      { Resource: update, Parameters: { ExistingImageName: 'a', 'NewImagName.$': '$.name' } },
      'NewImagName',
    ],
    ['a wrong type', { Resource: update, Parameters: { DryRun: 'yes' } }, 'DryRun'],
    [
      'a job, which nobody would watch',
      { Resource: `${update}.sync`, Parameters: {} },
      'createUpdatedImage.sync',
    ],
    [
      'a callback of a function',
      { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Parameters: {} },
      'lambda:invoke.waitForTaskToken',
    ],
    [
      'a job that is waited for',
      { Resource: 'arn:aws:states:::states:startExecution.sync:2', Parameters: {} },
      'startExecution.sync',
    ],
    ['a state that leads nowhere', { Resource: update, Parameters: {}, End: false }, 'One'],
  ])('are refused with the machine and the state: %s', (_, task, word) => {
    const check = () => checkDefinitions(programWith(task));
    expect(check).toThrow(/^A state machine cannot be rehearsed/);
    expect(check).toThrow('updates: ');
    expect(check).toThrow(word);
  });
});
