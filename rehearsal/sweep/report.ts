import { SAMPLE_ESTATE, type RehearsalArguments } from '../arguments';
import { counted, oneLine, roleName } from '../report/format';
import type { SweepResult, SweptCase } from './index';

/** Whether every case kept every promise; of a whole sweep also, whether every grant was used. */
export function isHeld({ cases, unused }: SweepResult, isWhole: boolean): boolean {
  return cases.every(({ broken }) => broken.length === 0) && (!isWhole || unused.length === 0);
}

/** The sweep as text, without times, so that two sweeps of the same give the same. */
export function renderSweep(
  result: SweepResult,
  options: RehearsalArguments,
  isWhole: boolean,
): string {
  const { cases, sites, places, unused } = result;
  const bad = cases.filter(({ broken }) => broken.length > 0);
  const kinds = [...new Set(cases.map(({ kind }) => kind))];
  const table = kinds.map((kind) => {
    const number = (some: readonly SweptCase[]) =>
      String(some.filter((one) => one.kind === kind).length).padStart(6);
    return `  ${kind.padEnd(20)}${number(cases)} cases ${number(bad)} broken`;
  });
  const grants = unused.map(
    ({ role, sid, action, resource }) => `  ${roleName(role)}, ${sid}: ${action} on ${resource}`,
  );
  const extent = `${counted(cases.length, 'case')} at ${counted(places, 'call')} of ${counted(sites, 'call site')}`;
  const verdict = isHeld(result, isWhole)
    ? `Sweep OK: ${extent}, every invariant held`
    : `Sweep FAILED: ${extent}, ${bad.length} with a broken invariant` +
      (isWhole ? `, ${counted(unused.length, 'grant')} never used` : '');
  return [
    '',
    'Faults at every call site',
    ...table,
    ...bad.flatMap((one) => ['', ...describeBroken(one, options)]),
    ...(isWhole && grants.length > 0
      ? ['', 'Grants that nothing used, neither the rehearsal nor a fault (invariant 8)', ...grants]
      : []),
    '',
    verdict,
    '',
  ].join('\n');
}

/** What a case broke, and the command that shows it again. */
export function describeBroken(one: SweptCase, options: RehearsalArguments): string[] {
  const { site, kind, occurrence, of, broken } = one;
  const { caller, operation } = site;
  return [
    `${kind} at ${oneLine(caller)}, ${operation}, call ${occurrence} of ${of}`,
    ...broken.map(({ invariant, detail }) => `  invariant ${invariant}: ${oneLine(detail)}`),
    `  ${reproduction(one, options)}`,
  ];
}

/** One JSON object a line: a case with what it broke, in the order of the sweep. */
export function toJsonLines({ cases }: SweepResult): string {
  return cases.map((one) => `${JSON.stringify(one)}\n`).join('');
}

/** The command for one case alone; `--sweep` also compares its end with that of the run without a fault. */
function reproduction({ faults }: SweptCase, options: RehearsalArguments): string {
  const { stack, estate, from, days, seed } = options;
  const words = [
    ...(stack === 'dev' ? [] : ['--stack', stack]),
    ...(estate === SAMPLE_ESTATE ? [] : ['--estate', quote(estate)]),
    ...(from === undefined ? [] : ['--from', from]),
    ...(days === 31 ? [] : ['--days', String(days)]),
    ...(seed === 1 ? [] : ['--seed', String(seed)]),
    '--sweep',
    '--faults',
    quote(JSON.stringify({ faults })),
  ];
  return `npm run rehearse -- ${words.join(' ')}`;
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}
