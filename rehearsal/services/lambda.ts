import { AwsError, type Service } from './service';

/**
 * Lambda as its callers see it: whether they may invoke, and whether the function is there. The engine runs the
 * code. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 */
export const lambda: Service<{ readonly functions: readonly string[] }> = {
  id: 'lambda',
  clientPackage: '@aws-sdk/client-lambda',
  protocol: 'rest-json',
  behaviours: [
    {
      id: 'invoke',
      text: 'Step Functions and EventBridge invoke a function with the role or the permission that the program gave them',
      source: 'https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html',
    },
  ],
  createState: (scope) => ({
    functions: scope.resources
      .filter((resource) => resource.type === 'aws:lambda/function:Function')
      .map((resource) => resource.outputs.arn as string),
  }),
  operations: {
    Invoke: {
      mutates: false,
      authorize: (input) => [{ action: 'lambda:InvokeFunction', resource: input.FunctionName }],
      handle: (input, state, call) => {
        call.uses('invoke');
        if (!state.functions.includes(input.FunctionName)) {
          throw new AwsError(
            'ResourceNotFoundException',
            `Function not found: ${input.FunctionName}`,
            404,
          );
        }
        return {};
      },
    },
  },
  toEstate: () => ({}),
};
