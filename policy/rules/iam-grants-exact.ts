import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';
import { hasNoResources } from '../actions-without-resources';
import { checkKnown } from '../check';
import { statementsIn, type Statement } from '../statements';

interface Config {
  /** ARNs of managed policies of AWS that roles may have after all. */
  readonly allowedManagedPolicies: readonly string[];
  /** Actions that may be granted on `*` although AWS offers resource-level permissions. */
  readonly allowedWildcardActions: readonly string[];
}

const defaults: Config = {
  // What EC2 instances need to be built and to be managed, as AWS documents it:
  // https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-builder-setting-up.html#image-builder-IAM-prereq
  allowedManagedPolicies: [
    'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
    'arn:aws:iam::aws:policy/EC2InstanceProfileForImageBuilder',
  ],
  allowedWildcardActions: [],
};

type Report = (message: string) => void;

/**
 * A role is exactly its declared grants: each action by name, each resource by ARN, `*` only where AWS offers no
 * resource-level permission. Managed policies of AWS are wider than any one program, and are what Pulumi attaches
 * to a `CallbackFunction` without a role.
 */
export const iamGrantsExact: ResourceValidationPolicy = {
  name: 'iam-grants-exact',
  description:
    'Roles are granted named actions on named resources, and nothing by managed policies of AWS.',
  enforcementLevel: 'mandatory',
  configSchema: {
    properties: {
      allowedManagedPolicies: {
        type: 'array',
        items: { type: 'string' },
        default: [...defaults.allowedManagedPolicies],
        description: 'ARNs of managed policies of AWS that roles may have.',
      },
      allowedWildcardActions: {
        type: 'array',
        items: { type: 'string' },
        default: [...defaults.allowedWildcardActions],
        description: 'Actions that may be granted on "*" although AWS knows resources for them.',
      },
    },
  },
  validateResource: [
    validateResourceOfType(aws.iam.Role, (role, args, report) => {
      const judge = judgeOf(args.name, args.getConfig<Partial<Config>>(), report);
      checkKnown([
        () => {
          for (const arn of role.managedPolicyArns ?? []) judge.managedPolicy(arn);
        },
        () => {
          // By index: a policy that is not known yet must not hide the next one.
          const inline = role.inlinePolicies ?? [];
          checkKnown(
            [...inline.keys()].map((index) => () => judge.document(inline[index]?.policy)),
          );
        },
      ]);
    }),
    validateResourceOfType(aws.iam.RolePolicy, ({ policy }, args, report) => {
      judgeOf(args.name, args.getConfig<Partial<Config>>(), report).document(policy);
    }),
    validateResourceOfType(aws.iam.Policy, ({ policy }, args, report) => {
      judgeOf(args.name, args.getConfig<Partial<Config>>(), report).document(policy);
    }),
    validateResourceOfType(aws.iam.RolePolicyAttachment, ({ policyArn }, args, report) => {
      judgeOf(args.name, args.getConfig<Partial<Config>>(), report).managedPolicy(policyArn);
    }),
    validateResourceOfType(aws.iam.PolicyAttachment, ({ policyArn }, args, report) => {
      judgeOf(args.name, args.getConfig<Partial<Config>>(), report).managedPolicy(policyArn);
    }),
  ],
};

/** The checks of one resource. */
function judgeOf(resource: string, config: Partial<Config>, report: Report) {
  const { allowedManagedPolicies, allowedWildcardActions } = { ...defaults, ...config };
  const widened = allowedWildcardActions.map((action) => action.toLowerCase());

  const statement = ({ name, effect, actions, resources, negated }: Statement): void => {
    if (effect !== 'Allow') return;
    const say = (problem: string): void => report(`${resource}: statement ${name} ${problem}`);
    if (negated !== undefined) {
      say(`allows all but its ${negated}: list what it allows in ${negated.replace('Not', '')}.`);
    }
    const patterns = actions.filter((action) => /[*?]/.test(action));
    if (patterns.length > 0) say(`allows ${patterns.join(', ')}: name each action.`);

    const named = actions.filter((action) => !patterns.includes(action));
    const everything = resources.filter(isEverything);
    const tooWide = named.filter(
      (action) => !hasNoResources(action) && !widened.includes(action.toLowerCase()),
    );
    if (everything.length > 0 && tooWide.length > 0) {
      say(
        `allows ${tooWide.join(', ')} on ${everything.join(', ')}: set Resource to the ARNs that are needed.`,
      );
    }
    const ineffective = named.filter(hasNoResources);
    if (resources.length > 0 && !resources.includes('*') && ineffective.length > 0) {
      say(
        `allows ${ineffective.join(', ')} on named resources, but AWS offers no resource-level permission for it: set Resource to "*" in a statement of its own.`,
      );
    }
  };

  return {
    document(policy: unknown): void {
      if (policy === undefined) return;
      for (const each of statementsIn(policy, (problem) => report(`${resource}: ${problem}`))) {
        statement(each);
      }
    },
    managedPolicy(arn: string): void {
      if (!/^arn:[^:]+:iam::aws:policy\//.test(arn) || allowedManagedPolicies.includes(arn)) return;
      report(
        `${resource}: ${arn} grants more than one program needs: set a RolePolicy with the exact actions and resources instead.`,
      );
    },
  };
}

/** Whether a resource pattern leaves nothing out: `*`, or an ARN that ends in nothing else. */
function isEverything(resource: string): boolean {
  return resource === '*' || /^arn:(?:[^:]*:){0,4}\*+$/.test(resource);
}
