import * as path from 'node:path';
import type { Program, ProgramResource } from '../../rehearsal/host/program';
import { runProgram } from '../../rehearsal/host/run-program';
import { loadStackConfig } from '../../rehearsal/host/stack-config';
import type { Json } from '../../rehearsal/services/service';
import type { Mutation, ScenarioInput, Start } from './scenarios';

const programs = new Map<string, Promise<Program>>();

/** This project's program with all that a scenario says of it. It runs once for each configuration. */
export async function programOf(scenario: ScenarioInput): Promise<Program> {
  const { config, mutations = [], starts = [] } = scenario;
  const key = JSON.stringify(config ?? null);
  const program = programs.get(key) ?? runWith(config);
  programs.set(key, program);
  return starts.reduce(withStart, mutations.reduce(mutate, await program));
}

/** This project's program with a configuration over that of the stack `dev`; without one, the updater alone. */
async function runWith(given: ScenarioInput['config']): Promise<Program> {
  const directory = path.join(__dirname, '..', '..');
  const stack = given === undefined ? 'appstream' : 'dev';
  const { project, config, secretKeys } = loadStackConfig(directory, stack);
  const texts = Object.entries(given ?? {}).map(([key, value]) => [
    `${project}:${key}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return runProgram({
    directory,
    stack,
    account: '111122223333',
    region: 'eu-west-1',
    config: { ...config, ...Object.fromEntries(texts) },
    secretKeys,
  });
}

/** The program with a further schedule, which fires once. */
function withStart(program: Program, { at, as, input }: Start, index: number): Program {
  const model = program.resources.find(
    ({ type, name }) => type === 'aws:scheduler/schedule:Schedule' && name.endsWith(as),
  );
  if (model === undefined) throw new Error(`There is no schedule ${as}.`);
  const target = { ...model.inputs.target, input: JSON.stringify(input) };
  const change = { scheduleExpression: `at(${at})`, scheduleExpressionTimezone: 'UTC', target };
  const start: ProgramResource = {
    ...model,
    urn: `${model.urn}-by-hand-${index}`,
    name: `by-hand-${index}`,
    inputs: { ...model.inputs, ...change },
    outputs: { ...model.outputs, ...change },
  };
  return { ...program, resources: [...program.resources, start] };
}

/** The program with one thing broken, as if somebody had deleted it from the source. */
function mutate(program: Program, mutation: Mutation): Program {
  let hits = 0;
  const resources = program.resources.map((resource) => {
    const changed = applyTo(resource, mutation);
    if (changed !== undefined) hits += 1;
    return changed ?? resource;
  });
  if (hits === 0) throw new Error(`The mutation ${JSON.stringify(mutation)} changes nothing.`);
  return { ...program, resources };
}

function applyTo(resource: ProgramResource, mutation: Mutation): ProgramResource | undefined {
  if (mutation.kind === 'removeGrant') {
    if (!resource.name.endsWith(mutation.policy)) return undefined;
    const policy = JSON.parse(resource.inputs.policy);
    const kept = policy.Statement.filter((one: Json) => one.Sid !== mutation.sid);
    if (kept.length === policy.Statement.length) return undefined;
    return withInput(resource, 'policy', { ...policy, Statement: kept });
  }
  if (mutation.kind === 'replaceCode') return withCode(resource, mutation);
  if (resource.type !== 'aws:sfn/stateMachine:StateMachine') return undefined;
  const definition = JSON.parse(resource.inputs.definition);
  const state = findState(definition.States, mutation.state);
  if (state === undefined) return undefined;
  if (mutation.kind === 'removeField') {
    if (state[mutation.field] === undefined) return undefined;
    delete state[mutation.field];
  } else if (mutation.kind === 'removeCatch') {
    const kept = state.Catch.filter(
      (one: Json) => mutation.error !== undefined && !one.ErrorEquals.includes(mutation.error),
    );
    if (kept.length === state.Catch.length) return undefined;
    state.Catch = kept;
  } else {
    const ways: readonly Json[] = state.Choices ?? [state];
    const way = ways.find((one) => one.Next === mutation.from);
    if (way === undefined) return undefined;
    way.Next = mutation.to;
  }
  return withInput(resource, 'definition', definition);
}

function withCode(
  resource: ProgramResource,
  mutation: Extract<Mutation, { kind: 'replaceCode' }>,
): ProgramResource | undefined {
  const isMeant =
    resource.type === 'aws:lambda/function:Function' &&
    resource.name.endsWith(`${mutation.function}-function`);
  if (!isMeant) return undefined;
  const { code } = resource.archives;
  const [before, after, ...more] = code?.['__index.js']?.split(mutation.from) ?? [];
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`${resource.name} does not hold this passage exactly once: ${mutation.from}`);
  }
  return {
    ...resource,
    archives: { code: { ...code, '__index.js': before + mutation.to + after } },
  };
}

function findState(states: Json, name: string): Json {
  for (const [key, state] of Object.entries<Json>(states)) {
    if (key === name) return state;
    const inner = findState(state.ItemProcessor?.States ?? {}, name);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function withInput(resource: ProgramResource, key: string, value: Json): ProgramResource {
  const text = JSON.stringify(value);
  return {
    ...resource,
    inputs: { ...resource.inputs, [key]: text },
    outputs: { ...resource.outputs, [key]: text },
  };
}
