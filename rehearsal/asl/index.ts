export { deliver, startExecution } from './interpreter';
export { parseResource, type ParsedResource } from './resource';
export { validateDefinition } from './validate';
export type {
  Effect,
  EndedEffect,
  EndStatus,
  ExecutionState,
  HistoryEvent,
  Signal,
  StartArguments,
  StateMachineOptions,
  TaskEffect,
  TaskFailure,
  TimerEffect,
} from './types';
