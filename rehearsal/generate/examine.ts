import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { stringify } from 'yaml';
import { loadEstate } from '../estate';
import { loadFaults } from '../faults';
import type { Program } from '../host/program';
import { rehearseProgram } from '../rehearse';
import type { RehearsalResult } from '../result';
import type { Json } from '../services/service';
import type { GeneratedScenario } from './scenario';

/** What a rehearsal of a generated scenario showed. */
export interface Examination {
  /** A sentence for each broken invariant, or the error that ended the rehearsal; empty where all is well. */
  readonly problems: readonly string[];
  /** Image updates that AppStream accepted: images that are there at the end and were not at the start. */
  readonly updates: number;
}

/** Rehearses one scenario from files, just as `npm run rehearse` would. */
export async function examine(
  program: Program,
  scenario: GeneratedScenario,
  days: number,
): Promise<Examination> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'generated-'));
  try {
    const files = writeScenario(scenario, path.join(folder, 'scenario'));
    const estate = loadEstate(files.estate);
    const from = Date.parse(estate.capturedAt);
    const { result, warnings } = await rehearseProgram(
      program,
      {
        estate,
        faults: files.faults === undefined ? [] : loadFaults(files.faults),
        from,
        to: from + days * 86_400_000,
        seed: scenario.seed,
      },
      { write: () => undefined },
    );
    const problems = problemsOf(result);
    return {
      problems: result.ok || problems.length > 0 ? problems : warnings,
      updates: imagesOf(result.estate) - imagesOf(estate),
    };
  } catch (error) {
    return { problems: [error instanceof Error ? (error.stack ?? '') : String(error)], updates: 0 };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/**
 * Writes a scenario as the files that `--estate` and `--faults` take: `<stem>.yaml` and, where there is a fault,
 * `<stem>.faults.yaml`.
 */
export function writeScenario(
  { estate, faults }: GeneratedScenario,
  stem: string,
): { readonly estate: string; readonly faults?: string } {
  fs.writeFileSync(`${stem}.yaml`, stringify(estate));
  if (faults.length === 0) return { estate: `${stem}.yaml` };
  fs.writeFileSync(`${stem}.faults.yaml`, stringify({ faults }));
  return { estate: `${stem}.yaml`, faults: `${stem}.faults.yaml` };
}

function problemsOf({ invariants }: RehearsalResult): string[] {
  return invariants
    .filter(({ held }) => !held)
    .map(({ id, title, detail }) => `invariant ${id} (${title}): ${detail}`);
}

function imagesOf(estate: Json): number {
  return estate.appstream.images.filter(({ State }: Json) => State !== 'DELETING').length;
}
