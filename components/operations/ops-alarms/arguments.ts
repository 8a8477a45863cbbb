import type * as pulumi from '@pulumi/pulumi';
import type { ArgumentProblem } from '../../foundation/argument-error';

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-configuring-an-existing-alarm-programmatically.html */
export const opsItemCategories = [
  'Availability',
  'Cost',
  'Performance',
  'Recovery',
  'Security',
] as const;

export type OpsItemCategory = (typeof opsItemCategories)[number];

/** 1 critical to 4 low: what each means is the organization's. */
export const opsItemSeverity = { minimum: 1, maximum: 4, fallback: 3 } as const;

/** An image that is not renewed lacks the fixes of the new one. */
export const defaultCategory: OpsItemCategory = 'Security';

/** A workflow that is watched. */
export interface WatchedWorkflow {
  /** As people know it; part of the names of its alarms. Letters, digits, hyphens; at most 64. */
  readonly name: string;
  readonly stateMachineArn: pulumi.Input<string>;
}

export interface OpsAlarmsArgs {
  readonly workflows: readonly WatchedWorkflow[];
  /** Severity of the OpsItems, 1 (critical) to 4 (low). @default 3 */
  readonly severity?: number;
  /** Category of the OpsItems: Availability, Cost, Performance, Recovery or Security. @default Security */
  readonly category?: OpsItemCategory;
}

/** Everything wrong with the arguments. */
export function checkArguments({
  workflows,
  severity,
  category,
}: OpsAlarmsArgs): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  const names = workflows.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    const argument = `workflows[${index}].name`;
    if (!/^[A-Za-z0-9-]{1,64}$/.test(name)) {
      problems.push({ argument, given: name, accepted: '1 to 64 letters, digits and hyphens' });
    } else if (names.indexOf(name) !== index) {
      problems.push({ argument, given: name, accepted: 'a name that no other workflow has' });
    }
  }
  const { minimum, maximum } = opsItemSeverity;
  if (
    severity !== undefined &&
    !(Number.isInteger(severity) && severity >= minimum && severity <= maximum)
  ) {
    const accepted = `a whole number from ${minimum} to ${maximum}`;
    problems.push({ argument: 'severity', given: severity, accepted });
  }
  if (category !== undefined && !opsItemCategories.includes(category)) {
    const accepted = opsItemCategories.join(', ');
    problems.push({ argument: 'category', given: category, accepted });
  }
  return problems;
}
