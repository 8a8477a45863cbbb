import type { DeployedResource, Json } from '../services/service';

/** What a Pulumi program declared when it ran, as its engine would have seen it. */
export interface Program {
  readonly project: string;
  readonly stack: string;
  /** In an order of registration that is the same in every run: parents and dependencies first. Components included. */
  readonly resources: readonly ProgramResource[];
  /** Stack outputs. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** Warnings that the program logged. */
  readonly warnings: readonly string[];
}

export interface ProgramResource extends DeployedResource {
  /** False for components. */
  readonly custom: boolean;
  readonly id: string;
  /** URN of the parent; `undefined` for the stack itself. */
  readonly parent?: string;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  readonly aliases: readonly Json[];
  /** Paths in `inputs` whose values were secret; `inputs` itself holds the plain values. */
  readonly secretPaths: readonly string[];
  /** Files of an archive property, by property name: `{ code: { '__index.js': 'text' } }`. */
  readonly archives: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Parents and dependencies first, otherwise by URN: an order that does not depend on which one came first. */
export function inOrder(resources: readonly ProgramResource[]): readonly ProgramResource[] {
  const all = new Set(resources.map(({ urn }) => urn));
  const waiting = [...resources].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  const done = new Set<string>();
  const ordered: ProgramResource[] = [];
  while (waiting.length > 0) {
    const index = waiting.findIndex(({ parent, dependencies }) =>
      [...dependencies, ...(parent === undefined ? [] : [parent])].every(
        (urn) => done.has(urn) || !all.has(urn),
      ),
    );
    const [next] = waiting.splice(Math.max(index, 0), 1) as [ProgramResource];
    done.add(next.urn);
    ordered.push(next);
  }
  return ordered;
}
