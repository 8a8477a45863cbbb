import { archiveFiles } from '../../../rehearsal/host/archive';
import { inOrder, type Program, type ProgramResource } from '../../../rehearsal/host/program';
import { RESOURCE_TYPES } from '../../../rehearsal/host/resource-types';
import { isArchive } from '../../../rehearsal/host/wire-values';
import type { Json } from '../../../rehearsal/services/service';

/**
 * What a stack deployed, from what `pulumi stack export` writes, in the form in which a rehearsal's host hands over a
 * program. Without secrets and without providers, of which a rehearsal knows nothing.
 *
 * Format: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (ResourceV3)
 */
export function deployedProgram(exported: Json, project: string, stack: string): Program {
  const states: readonly Json[] = exported.deployment.resources;
  const resources = states
    .filter(({ type }) => !type.startsWith('pulumi:providers:'))
    .map((state) => resourceOf(state));
  const root = resources.find(({ type }) => type === 'pulumi:pulumi:Stack');
  return { project, stack, resources: inOrder(resources), outputs: root?.outputs, warnings: [] };
}

function resourceOf(state: Json): ProgramResource {
  const { urn, type, custom, id = '', parent, outputs = {} } = state;
  const { __defaults: added = [], ...checked }: Record<string, Json> = state.inputs ?? {};
  const inputs = Object.fromEntries(
    Object.entries(checked).filter(([key]) => !added.includes(key)),
  );
  const archives = Object.entries(inputs).filter(([, value]) => isArchive(value));
  return {
    urn,
    type,
    name: urn.split('::').slice(3).join('::'),
    custom,
    id,
    ...(parent === undefined ? {} : { parent }),
    inputs,
    outputs,
    dependencies: [...(state.dependencies ?? [])].sort(),
    propertyDependencies: Object.fromEntries(
      Object.entries<string[] | null>(state.propertyDependencies ?? {}).map(([key, urns]) => [
        key,
        [...(urns ?? [])].sort(),
      ]),
    ),
    protect: state.protect ?? false,
    ignoreChanges: state.ignoreChanges ?? [],
    aliases: state.aliases ?? [],
    secretPaths: [],
    archives: Object.fromEntries(archives.map(([key, value]) => [key, archiveFiles(value, '/')])),
  };
}

/**
 * The program with what the engine and AWS drew replaced by what another host drew for the same resources: names, and
 * ids of IAM and of targets. Throws where the two differ in more than that.
 */
export function withDrawsOf(program: Program, other: Program): Program {
  const drawn = new Map(other.resources.map((each) => [each.urn, drawsOf(each)]));
  const pairs = program.resources.flatMap((each) => {
    const theirs = drawn.get(each.urn);
    return drawsOf(each).flatMap((own, index): [string, string][] => {
      const their = theirs?.[index];
      if (their === undefined) return [];
      if (undrawn(own) !== undrawn(their)) throw new Error(`${each.urn}: ${own} is not ${their}`);
      return own === their ? [] : [[own, their]];
    });
  });
  // Longer ones first: one name may begin like another.
  const text = pairs
    .sort(([a], [b]) => b.length - a.length)
    .reduce((all, [own, their]) => all.replaceAll(own, their), JSON.stringify(program));
  return JSON.parse(text) as Program;
}

function drawsOf({ type, inputs, outputs }: ProgramResource): readonly string[] {
  const name = RESOURCE_TYPES[type]?.autoName?.(inputs)?.property ?? 'name';
  return [outputs[name], outputs.uniqueId, outputs.targetId].filter(
    (value): value is string => typeof value === 'string',
  );
}

const undrawn = (text: string): string =>
  text.replace(/AROA\w{17}$|[0-9a-f]{26}$|[0-9a-f]{7}$/, 'drawn');
