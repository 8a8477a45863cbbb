import * as path from 'node:path';
import * as v8 from 'node:v8';
import { SAMPLE_ESTATE, parseArguments } from '../../../rehearsal/arguments';
import { checkInvariants } from '../../../rehearsal/checker';
import { notificationsOf } from '../../../rehearsal/engine/notifications';
import {
  simulate,
  type SavedSimulation,
  type SimulationOptions,
  type SimulationView,
} from '../../../rehearsal/engine/simulation';
import { loadEstate } from '../../../rehearsal/estate';
import type { Fault } from '../../../rehearsal/faults';
import type { Program } from '../../../rehearsal/host/program';
import { runProgram } from '../../../rehearsal/host/run-program';
import { services } from '../../../rehearsal/services';
import type { Json } from '../../../rehearsal/services/service';
import { sweep, type SweepCase, type SweepResult } from '../../../rehearsal/sweep';
import { renderSweep, toJsonLines } from '../../../rehearsal/sweep/report';
import { runBase, saveBefore } from '../../../rehearsal/sweep/run';
import { printScenarios } from '../engine/lambda/run-scenarios';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const estate = loadEstate(SAMPLE_ESTATE);
const { account, region } = estate;
const directory = path.join(__dirname, '..', '..', '..');
const program = runProgram({ directory, stack: 'appstream', account, region });
/** The monthly update of February 1, and a day before and after it. */
const from = Date.parse('2026-01-31T00:00:00Z');
const span = { from, to: from + 3 * 86_400_000, seed: 1 };

/** Saves a run with faults on its way, and resumes it from each of the moments, in plain data. */
async function resume(): Promise<Json> {
  const faults: Fault[] = [
    { kind: 'throttle', at: { probability: 0.05 } },
    {
      kind: 'killExecution',
      at: { operation: 'appstream:CreateUpdatedImage', occurrence: 9 },
      restartAfterSeconds: 600,
    },
    { kind: 'duplicateEvent', at: { operation: 'states:StartExecution', occurrence: 2 } },
  ];
  const scenario = { program: await program, estate, ...span };
  const { outcome, saves } = await runBase(scenario, faults);
  const text = JSON.stringify(outcome);
  const options: SimulationOptions = { ...scenario, account, region, services, faults, progress };
  const resumed = [];
  for (const share of [0, 0.2, 0.4, 0.6, 0.8, 0.9]) {
    const save = saves[Math.floor(share * saves.length)]!;
    const copy = v8.deserialize(v8.serialize(save));
    let again: SavedSimulation | undefined;
    const stopWhen = (simulation: SimulationView) => {
      again ??= simulation.save();
      return false;
    };
    const same = JSON.stringify(await simulate(options, { resume: copy, stopWhen })) === text;
    const restored = JSON.stringify(again) === JSON.stringify(save);
    const [calls, running] = [save.trace.calls.length, save.executions.length];
    resumed.push({ calls, running, same, restored });
  }
  const injected = outcome.trace.calls.flatMap(({ fault }) => fault ?? []);
  const early = saveBefore({ saves }, 40).trace.calls.length;
  return { total: outcome.trace.calls.length, injected, resumed, saves: saves.length, early };
}

const nothing = (): void => undefined;
const progress = {
  advanced: nothing,
  executionStarted: nothing,
  executionEnded: nothing,
  itemEnded: nothing,
  notified: nothing,
  faultInjected: nothing,
  finish: nothing,
};

/** Neither an event nor a schedule starts what closes a run that could not close itself. */
function withoutClosing(whole: Program): Program {
  const starts = ({ type, name }: { type: string; name: string }) =>
    type.startsWith('aws:cloudwatch/event') ||
    (type === 'aws:scheduler/schedule:Schedule' && name.includes('close-lost'));
  return { ...whole, resources: whole.resources.filter((resource) => !starts(resource)) };
}

/** What closes a run may not give back any more what it held. */
function withoutGrant(whole: Program): Program {
  const resources = whole.resources.map((resource) => {
    if (!resource.inputs?.policy?.includes?.('"FindAndFreeItems"')) return resource;
    const policy = JSON.parse(resource.inputs.policy);
    const Statement = policy.Statement.filter(({ Sid }: Json) => Sid !== 'FindAndFreeItems');
    const text = JSON.stringify({ ...policy, Statement });
    return { ...resource, inputs: { ...resource.inputs, policy: text } };
  });
  return { ...whole, resources };
}

/** A few cases at two call sites. */
const isWanted = ({ site, kind, occurrence, faults }: SweepCase) =>
  occurrence === 1 &&
  faults[0]?.delaySeconds === undefined &&
  ((site.caller.endsWith('/StartUpdate') &&
    ['killExecution', 'throttle', 'lostAnswer'].includes(kind)) ||
    (site.caller.includes('monthly') && kind === 'duplicateEvent'));

async function swept(mutate: (whole: Program) => Program): Promise<Json> {
  const scenario = { program: mutate(await program), estate, ...span };
  const steps: string[] = [];
  const onProgress = (done: number, total: number) => steps.push(`${done}/${total}`);
  const options = { processes: 2, isWanted, onProgress };
  const result = await sweep(scenario, options);
  return { ...described(result), steps, alone: await alone(scenario, result) };
}

function described(result: SweepResult): Json {
  const options = parseArguments(['--from', '2026-01-31', '--days', '3']);
  return {
    cases: result.cases,
    lines: toJsonLines(result),
    text: renderSweep(result, options, false),
    broken: checked(result.reference),
  };
}

/** What a whole run with the same faults breaks, from its start and without any saved state. */
async function alone(
  scenario: Omit<SimulationOptions, 'account' | 'region' | 'services' | 'faults' | 'progress'>,
  { cases }: SweepResult,
): Promise<Json> {
  const broken = [];
  for (const { faults } of cases) {
    const options = { ...scenario, account, region, services, faults, progress };
    broken.push(checked(await simulate(options)));
  }
  return broken;
}

function checked({ trace, estate: after, iam }: SweepResult['reference']): string[] {
  const notifications = notificationsOf(trace);
  return checkInvariants({ before: estate, trace, after, iam, notifications })
    .filter(({ held }) => !held)
    .map(({ id }) => id);
}

void printScenarios({
  resume,
  unchanged: () => swept((whole) => whole),
  withoutClosing: () => swept(withoutClosing),
  withoutGrant: () => swept(withoutGrant),
});
