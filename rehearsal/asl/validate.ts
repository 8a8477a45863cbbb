// The package exports a function, which no other form imports.
// eslint-disable-next-line @typescript-eslint/no-require-imports
import validate = require('asl-validator');
import type { Json } from '../services/service';
import { isJsonata, parseJsonata } from './jsonata';
import { parsePath } from './json-path-parser';
import { parseResource } from './resource';

/** Bytes: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const maxDefinitionBytes = 1_048_576;

/**
 * What is wrong with a definition, or beyond this interpreter: nothing is left to be found out at run time that can
 * be seen here. Empty if it can run.
 */
export function validateDefinition(definition: Json): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(definition));
  if (bytes > maxDefinitionBytes) {
    return [`The definition has ${bytes} bytes; AWS takes ${maxDefinitionBytes}.`];
  }
  const { isValid, errors } = validate(asValidatorTakesIt(definition));
  if (!isValid) {
    return errors.map(
      ({ Message, message }) => Message ?? message ?? 'The definition is not valid.',
    );
  }
  return containerProblems(definition, definition.QueryLanguage ?? 'JSONPath', []);
}

/** A copy in which what AWS was recorded to take, and the validator does not, stands in a form that both take. */
function asValidatorTakesIt(definition: Json): Json {
  const text = JSON.stringify(definition, (key, value: Json): Json => {
    if (key === 'Output' && !isJsonata(value) && !isObject(value)) return {};
    if (key === 'Condition' && typeof value === 'boolean') return `{% ${value} %}`;
    if (key === 'ToleratedFailurePercentage' && typeof value === 'number') return Math.round(value);
    if (key === 'MaxItems' && value === 0) return undefined;
    return key === 'Assign' ? withoutLists(value) : value;
  });
  return JSON.parse(text);
}

function withoutLists(value: Json): Json {
  if (Array.isArray(value)) return {};
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries<Json>(value).map(([name, member]) => [name, withoutLists(member)]),
  );
}

function containerProblems(container: Json, language: string, outer: readonly string[]): string[] {
  const states = Object.entries<Json>(container.States);
  const visibleIn = (inside: Json): readonly string[] => [
    ...outer,
    ...states.filter(([, state]) => state !== inside).flatMap(([, state]) => assignedNames(state)),
  ];
  return states.flatMap(([name, state]) => [
    ...stateProblems(name, state, state.QueryLanguage ?? language),
    ...assignedNames(state)
      .filter((variable) => outer.includes(variable))
      .map(
        (variable) =>
          `${name}: the variable '${variable}' belongs to an outer scope and cannot be assigned here.`,
      ),
    ...innerContainers(state).flatMap((inner) =>
      containerProblems(inner, language, visibleIn(state)),
    ),
  ]);
}

function stateProblems(name: string, state: Json, language: string): string[] {
  return [
    ...(state.Type === 'Task' ? problemsOf(() => parseResource(state.Resource)) : []),
    ...['Retry', 'Catch'].flatMap((field) => wildcardProblems(field, state[field])),
    ...mapProblems(state),
    ...(language === 'JSONata'
      ? expressionProblems(ownFields(state))
      : pathProblems(ownFields(state))),
  ].map((problem) => `${name}: ${problem}`);
}

/** `States.ALL` stands alone, and last: https://states-language.net/spec.html#errors */
function wildcardProblems(field: string, rules: readonly Json[] = []): string[] {
  return rules.flatMap(({ ErrorEquals }, position) => {
    if (!ErrorEquals.includes('States.ALL')) return [];
    const isAlone = ErrorEquals.length === 1;
    const isLast = position === rules.length - 1;
    return isAlone && isLast ? [] : [`States.ALL must stand alone in the last rule of ${field}.`];
  });
}

function mapProblems(state: Json): string[] {
  if (state.Type !== 'Map') return [];
  const isDistributed =
    (state.ItemProcessor ?? state.Iterator).ProcessorConfig?.Mode === 'DISTRIBUTED';
  const { ItemReader: reader } = state;
  const config = reader?.ReaderConfig ?? {};
  const isListing = reader?.Resource.endsWith(':s3:listObjectsV2') ?? false;
  const isUnknownType = !isListing && !['JSON', 'CSV'].includes(config.InputType);
  return [
    ...(!isDistributed && (reader !== undefined || state.ItemBatcher !== undefined)
      ? ['ItemReader and ItemBatcher need the mode DISTRIBUTED.']
      : []),
    ...(state.ResultWriter === undefined ? [] : ['ResultWriter is not implemented.']),
    ...(reader !== undefined && isUnknownType
      ? [`an ItemReader of the type ${config.InputType} is not implemented.`]
      : []),
    ...(['COMMA', undefined].includes(config.CSVDelimiter)
      ? []
      : [`the CSVDelimiter ${config.CSVDelimiter} is not implemented.`]),
  ];
}

function pathProblems(value: Json, field = ''): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries<Json>(value).flatMap(([name, member]) => pathProblems(member, name));
  }
  const isPath = field.endsWith('.$') || field.endsWith('Path') || field === 'Variable';
  if (!isPath || typeof value !== 'string') return [];
  if (value.startsWith('States.')) return [];
  return problemsOf(() => parsePath(value.replace(/^\$\$?([\p{ID_Continue}]*)/u, '')));
}

function expressionProblems(value: Json): string[] {
  if (isJsonata(value)) return problemsOf(() => parseJsonata(value));
  if (typeof value !== 'object' || value === null) return [];
  return Object.values<Json>(value).flatMap(expressionProblems);
}

/** A state without the states inside it, and without what is literal. */
function ownFields(state: Json): Json {
  return Object.fromEntries(
    Object.entries<Json>(state).filter(
      ([name]) => !['Branches', 'Comment', 'ItemProcessor', 'Iterator', 'Result'].includes(name),
    ),
  );
}

function innerContainers(state: Json): readonly Json[] {
  return [...(state.Branches ?? []), state.ItemProcessor ?? state.Iterator].filter(
    (inner) => inner !== undefined,
  );
}

function assignedNames(state: Json): readonly string[] {
  const rules: readonly Json[] = [state, ...(state.Catch ?? []), ...(state.Choices ?? [])];
  return rules
    .flatMap(({ Assign = {} }) => Object.keys(Assign))
    .map((name) => name.replace(/\.\$$/, ''));
}

function problemsOf(check: () => unknown): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : (error as { message: string }).message];
  }
}

function isObject(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
