import type { Json } from './services/service';

/** What `--json` writes. The shape is a published contract: `schemas/rehearsal.schema.json`. */
export interface RehearsalResult {
  readonly ok: boolean;
  readonly from: string;
  readonly to: string;
  readonly executions: readonly ExecutionResult[];
  readonly items: readonly ItemResult[];
  readonly notifications: readonly NotificationResult[];
  readonly calls: readonly CallResult[];
  readonly iam: {
    readonly denied: readonly DeniedAccess[];
    readonly unused: readonly UnusedGrant[];
  };
  readonly invariants: readonly InvariantResult[];
  readonly assumptions: readonly string[];
  readonly cost: CostResult;
  /** Instance refreshes that were under way, in order of their start. Absent where there was none. */
  readonly refreshes?: readonly RefreshResult[];
  /** Absent where nothing has a capacity. */
  readonly capacity?: readonly CapacityResult[];
  /** The final state, in the shape of the input. */
  readonly estate: Json;
}

export interface ExecutionResult {
  readonly workflow: string;
  readonly id: string;
  readonly trigger: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly status: string;
  readonly output?: Json;
  readonly error?: { readonly error?: string; readonly cause?: string };
  readonly transitions: number;
  readonly historyEvents: number;
}

/** One work item of one execution, taken from the `items` of the execution's output. */
export interface ItemResult {
  readonly workflow: string;
  readonly execution: string;
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly outcome: string;
  readonly reason: string;
}

export interface NotificationResult {
  readonly id: string;
  readonly at: string;
  readonly channel: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface CallResult {
  readonly at: string;
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** `ok`, or the error code. */
  readonly outcome: string;
}

export interface DeniedAccess {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
}

export interface UnusedGrant {
  readonly role: string;
  readonly sid: string;
  readonly action: string;
  readonly resource: string;
}

export interface InvariantResult {
  /** `1` to `9`, as numbered in the design. */
  readonly id: string;
  readonly title: string;
  readonly held: boolean;
  readonly detail: string;
}

/** What is paid for: the automation itself, or the AppStream builders that do its work. */
export type CostGroup = 'control plane' | 'builders';

/** All amounts in US dollars. */
export interface CostResult {
  readonly total: number;
  readonly groups: readonly { readonly group: CostGroup; readonly amount: number }[];
  /** Absent where no item was updated. */
  readonly controlPlanePerUpdatedItem?: number;
  readonly lines: readonly CostLine[];
}

export interface CostLine {
  readonly group: CostGroup;
  readonly item: string;
  readonly quantity: number;
  readonly unit: string;
  /** US dollars. */
  readonly amount: number;
}

/** An instance refresh of an Auto Scaling group, whoever started it. */
export interface RefreshResult {
  readonly id: string;
  readonly group: string;
  readonly startedAt: string;
  /** `null`: under way at the end. */
  readonly endedAt: string | null;
  /** As AWS has it, such as `RollbackSuccessful`. */
  readonly status: string;
  /** What AWS says of it; empty where it says nothing. */
  readonly reason: string;
  /** The AMIs that it installs; what a parameter holds is not known. */
  readonly images: readonly string[];
  /** Absent where nobody told it. */
  readonly minHealthyPercentage?: number;
  /** When the group had least above what must be healthy; absent where nothing is known. */
  readonly lowest?: { readonly at: string; readonly running: number; readonly desired: number };
}

/** How many instances of an Auto Scaling group were in service, or how many tasks of an ECS service ran. */
export interface CapacityResult {
  readonly kind: 'group' | 'service';
  /** Of a service, with its cluster: `apps/api`. */
  readonly name: string;
  /** Each holds until the next. The capacity that is desired is known of groups. */
  readonly points: readonly {
    readonly at: string;
    readonly running: number;
    readonly desired?: number;
  }[];
}
