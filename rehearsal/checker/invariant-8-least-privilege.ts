import type { TracedCall } from '../engine/trace';
import { count, type Invariant } from './invariant';

/**
 * No call is denied by the caller's role; a denial that was injected as a fault does not count. Grants that no
 * call used are only counted here, and named in `iam.unused`: one run does not show that a grant is needless, a sweep
 * of all faults does.
 */
export const leastPrivilege: Invariant = {
  id: '8',
  title: 'Every call is allowed, every grant is used',
  check({ trace, iam }) {
    const genuine = trace.calls.filter((call) => isDenial(call) && call.fault === undefined);
    const injected = trace.calls.filter((call) => isDenial(call) && call.fault !== undefined);
    const key = (call: { principal: string; action: string; resource: string }) =>
      [call.principal, call.action, call.resource].join(' ');
    const faults = new Set(injected.map(key));
    const denied = new Set([
      ...iam.denied.map(key).filter((one) => !faults.has(one)),
      ...genuine.map(key),
    ]);
    return {
      summary:
        `${count(trace.calls.length, 'call')}, ${denied.size} denied; ` +
        `${count(iam.unused.length, 'grant')} unused in this run (judged by the sweep)`,
      problems: [...denied].map((one) => {
        const [principal, action, ...resource] = one.split(' ');
        return `${principal} may not ${action} on ${resource.join(' ')}`;
      }),
    };
  },
};

/** Services word it differently: EC2 says UnauthorizedOperation, SNS AuthorizationError. */
function isDenial({ error }: TracedCall): boolean {
  return /AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized/.test(
    error?.code ?? '',
  );
}
