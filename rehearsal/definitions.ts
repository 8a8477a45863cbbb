import { validateDefinition } from './asl/validate';
import type { Program } from './host/program';
import { InputError } from './input-error';
import type { Json } from './services/service';
import { apiOperation, integrationService } from './wire/sdk-integration';
import { checkParameters } from './wire/sdk-parameters';

/**
 * Refuses a program whose state machines Step Functions would refuse, use what the interpreter does not run, or call
 * an API that does not exist or with parameters that it does not have: before anything runs.
 *
 * @throws InputError that lists every problem, with the state machine and the state
 */
export function checkDefinitions(program: Program): void {
  const problems = program.resources
    .filter((resource) => resource.type === 'aws:sfn/stateMachine:StateMachine')
    .flatMap((machine) => {
      const definition = JSON.parse(machine.inputs.definition);
      return [...validateDefinition(definition), ...integrationProblems(definition)].map(
        (problem) => `${machine.name}: ${problem}`,
      );
    });
  if (problems.length > 0) throw new InputError('A state machine cannot be rehearsed', problems);
}

function integrationProblems(container: Json): string[] {
  return Object.entries<Json>(container.States ?? {}).flatMap(([name, state]) => [
    ...taskProblems(state).map((problem) => `state ${name}: ${problem}`),
    ...[state.ItemProcessor, state.Iterator, ...(state.Branches ?? [])]
      .filter((inner) => inner !== undefined)
      .flatMap(integrationProblems),
  ]);
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html */
function taskProblems(state: Json): readonly string[] {
  if (state.ItemReader !== undefined) return ['the rehearsal has no items to read (ItemReader)'];
  if (state.Type !== 'Task' || state.Resource === 'arn:aws:states:::lambda:invoke') return [];
  const call = /^arn:aws:states:::aws-sdk:([^:]+):([^.:]+)(\.waitForTaskToken)?$/.exec(
    state.Resource,
  );
  if (call?.[1] === undefined || call[2] === undefined) {
    return [
      `the rehearsal does not run ${state.Resource}: it runs lambda:invoke and aws-sdk calls`,
    ];
  }
  try {
    const { clientPackage } = integrationService(call[1]);
    return checkParameters(
      clientPackage,
      apiOperation(call[2]),
      state.Parameters ?? state.Arguments ?? {},
    );
  } catch (error) {
    return [(error as Error).message];
  }
}
