import { dueEvents, nextEventAt } from '../estate-events';
import type { Service } from '../service';
import type { OpsItems } from './ops-items';
import {
  changeParameter,
  createParameters,
  getParameter,
  getParameters,
  parametersToEstate,
  type Parameters,
} from './parameters';

export { openOpsItem } from './ops-items';
export { parameterArn, readParameter } from './parameters';

const REFERENCE = 'https://docs.aws.amazon.com/systems-manager/latest/APIReference';
const GUIDE = 'https://docs.aws.amazon.com/systems-manager/latest/userguide';

/** Parameter Store and OpsCenter. */
export interface SsmState extends Parameters, OpsItems {
  /** How many of the estate's events have had their turn. */
  eventsDone: number;
}

/** AWS Systems Manager as far as reading parameters goes, AWS's public ones included, and the OpsItems of alarms. */
export const ssm: Service<SsmState> = {
  id: 'ssm',
  clientPackage: '@aws-sdk/client-ssm',
  protocol: 'json-1.1',
  behaviours: [
    {
      id: 'selector',
      text: 'A name, or the ARN of one, may end in :version or :label; without, the current version is meant.',
      source: `${REFERENCE}/API_GetParameter.html`,
    },
    {
      id: 'public-parameters',
      text: 'Public parameters, /aws/service/..., have ARNs without an account. Changes of them give no event.',
      source: `${GUIDE}/parameter-store-public-parameters.html`,
    },
    {
      id: 'invalid-parameters',
      text: 'GetParameters answers in alphabetical order; what is not there, a version included, is named in InvalidParameters.',
      source: `${REFERENCE}/API_GetParameters.html`,
    },
    {
      id: 'change',
      text: 'A change makes a version, of which the latest 100 are kept, and gives a Parameter Store Change event. It is refused where the oldest of 100 has a label.',
      source: `${GUIDE}/sysman-paramstore-versions.html, ${GUIDE}/sysman-paramstore-cwe.html`,
    },
  ],
  createState: (scope) => ({
    parameters: createParameters(scope),
    opsItems: structuredClone(scope.estate.ssm?.opsItems ?? []),
    eventsDone: 0,
  }),
  operations: { GetParameter: getParameter, GetParameters: getParameters },
  nextAt: ({ eventsDone }, { scope }) => nextEventAt(scope, 'ssm', eventsDone),
  act: (state, activity) => {
    for (const event of dueEvents(activity.scope, 'ssm', state.eventsDone, activity.now)) {
      changeParameter(state, event, activity);
      state.eventsDone += 1;
    }
  },
  toEstate: (state, _now, { estate }) =>
    estate.ssm === undefined && state.opsItems.length === 0
      ? {}
      : {
          ssm: {
            parameters: parametersToEstate(state),
            ...((estate.ssm?.opsItems !== undefined || state.opsItems.length > 0) && {
              opsItems: structuredClone(state.opsItems),
            }),
          },
        },
};
