/** A state, in the elements of Amazon States Language that matter here: https://states-language.net/spec.html */
export interface State {
  readonly Type?: string;
  /** Of a Task: the ARN of what it calls. */
  readonly Resource?: string;
  readonly Retry?: readonly unknown[];
  readonly Catch?: readonly unknown[];
  readonly TimeoutSeconds?: number | string;
  readonly TimeoutSecondsPath?: string;
  readonly HeartbeatSeconds?: number | string;
  readonly HeartbeatSecondsPath?: string;
  /** Of a Map. */
  readonly MaxConcurrency?: number | string;
  readonly MaxConcurrencyPath?: string;
  readonly ItemProcessor?: States;
  /** The former name of `ItemProcessor`. */
  readonly Iterator?: States;
  /** Of a Parallel state. */
  readonly Branches?: readonly States[];
}

export interface States {
  readonly States?: Readonly<Record<string, State>>;
}

export interface Definition extends States {
  readonly TimeoutSeconds?: number;
}

/** The definition of a state machine; none where the text is not JSON, which `report` is told. */
export function parseDefinition(
  text: string,
  report: (problem: string) => void = () => undefined,
): Definition {
  try {
    return (JSON.parse(text) ?? {}) as Definition;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    report(`definition is not JSON (${error.message}): set it with JSON.stringify.`);
    return {};
  }
}

/** All states of one type with their names, those inside Map and Parallel states included. */
export function statesOf(type: 'Task' | 'Map', { States = {} }: States): [string, State][] {
  return Object.entries(States).flatMap(([name, state]): [string, State][] => {
    const inner = [...(state.Branches ?? []), state.ItemProcessor ?? {}, state.Iterator ?? {}];
    const nested = inner.flatMap((states) => statesOf(type, states));
    return state.Type === type ? [[name, state], ...nested] : nested;
  });
}
