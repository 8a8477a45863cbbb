export { deliver, startExecution } from './interpreter';
export { parseResource, type ParsedResource } from './resource';
export { executionOfToken, taskOfToken } from './task-token';
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
