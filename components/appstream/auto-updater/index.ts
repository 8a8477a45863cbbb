import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { factory as claimImage } from '../../../functions/appstream/claim-image';
import { factory as commitLineage } from '../../../functions/appstream/commit-lineage';
import { factory as settleImage } from '../../../functions/appstream/settle-image';
import { factory as surveyImages } from '../../../functions/appstream/survey-images';
import { refuseArguments } from '../../foundation/argument-error';
import { InlineFunction } from '../../foundation/inline-function';
import { Notifier } from '../../foundation/notifier';
import { Schedule } from '../../foundation/schedule';
import { Workflow } from '../../foundation/workflow';
import { checkArguments, type AppStreamAutoUpdaterArgs } from './arguments';
import { defineAutoUpdater } from './definition';
import {
  describeImages,
  describeRuns,
  readImages,
  runChildren,
  tagImages,
  updateImages,
} from './permissions';

export type { AppStreamAutoUpdaterArgs } from './arguments';

/**
 * Updates AppStream images on schedule: every image that is tagged `AutoUpdate=Enabled` gets a successor
 * `<BaseName>-Updated-<yyyymmdd>-<attempt>` when AppStream has something newer for it.
 *
 * @example
 * const ledger = new Ledger('ledger');
 * new AppStreamAutoUpdater('appstream', { ledger, batchSize: 5 });
 */
export class AppStreamAutoUpdater extends pulumi.ComponentResource {
  /** Start it with `{}`, or with the input that `functions/appstream/survey-images.ts` describes. */
  readonly workflowArn: pulumi.Output<string>;
  /** Carries one message for each run. */
  readonly topicArn: pulumi.Output<string>;

  constructor(
    name: string,
    args: AppStreamAutoUpdaterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('evergreen:appstream:AppStreamAutoUpdater', name, {}, opts);
    refuseArguments('AppStreamAutoUpdater', name, checkArguments(args));
    const parent = { parent: this };
    const { ledger } = args;
    const account = aws.getCallerIdentityOutput().accountId;
    const region = aws.getRegionOutput().region;
    const images = pulumi.interpolate`arn:aws:appstream:${region}:${account}:image/*`;
    // The machine that runs these functions is not there yet, so its executions are named by prefix.
    const executions = pulumi.interpolate`arn:aws:states:${region}:${account}:execution:${name}-*`;
    const machines = pulumi.interpolate`arn:aws:states:${region}:${account}:stateMachine:${name}-machine-*`;

    const notifier = new Notifier(
      `${name}-notifier`,
      { ledger, workflow: name, ...(args.email === undefined ? {} : { email: args.email }) },
      parent,
    );
    const survey = new InlineFunction(
      `${name}-survey-images`,
      {
        description: 'Says which images are to be updated, and why the others are not',
        factory: surveyImages,
        environment: {
          ...notifier.ledgerEnvironment,
          BATCH_SIZE: String(args.batchSize ?? 5),
          MAX_IMAGES: String(imagesPerExecution),
        },
        grants: [readImages(), ledger.grant('SeeWhatIsUnfinished', 'GetItem')],
        timeoutSeconds: 900,
      },
      parent,
    );
    const claim = new InlineFunction(
      `${name}-claim-image`,
      {
        description: 'Takes the lease of an image and decides the next step',
        factory: claimImage,
        environment: {
          ...notifier.ledgerEnvironment,
          START_HOURS: String(args.startHours ?? 24),
          FINISH_HOURS: String(args.finishHours ?? 24),
        },
        grants: [
          readImages(),
          ledger.grant('TakeLease', 'GetItem', 'UpdateItem'),
          describeRuns(executions),
        ],
      },
      parent,
    );
    const commit = new InlineFunction(
      `${name}-commit-lineage`,
      {
        description: 'Makes a new image the head of its lineage',
        factory: commitLineage,
        grants: [readImages(), tagImages(images)],
      },
      parent,
    );
    const settle = new InlineFunction(
      `${name}-settle-image`,
      {
        description: 'Records what became of an image',
        factory: settleImage,
        environment: notifier.ledgerEnvironment,
        grants: [readImages(), ledger.grant('RecordOutcome', 'UpdateItem')],
      },
      parent,
    );
    const workflow = new Workflow(
      name,
      {
        description: 'Updates AppStream images',
        functions: { survey, claim, commit, settle, report: notifier.reportRun },
        definition: (arns) =>
          defineAutoUpdater(arns, {
            pollSeconds: (args.pollMinutes ?? 15) * 60,
            quotaPollSeconds: 900,
            timeoutSeconds: longestRunDays * 86_400,
          }),
        grants: [updateImages(images), describeImages(), ...runChildren(machines, executions)],
        ledger,
        notifier,
        longestRunDays,
      },
      parent,
    );
    new Schedule(
      `${name}-monthly`,
      {
        description: 'Updates the images that are opted in',
        expression: `cron(${args.schedule ?? '0 12 1 * ? *'})`,
        timeZone: args.timeZone ?? 'UTC',
        target: workflow.arn,
        input: { mode: 'update', trigger: 'schedule' },
      },
      parent,
    );
    new Schedule(
      `${name}-daily`,
      {
        description: 'Follows up what an earlier run left unfinished; starts nothing new',
        expression: 'cron(0 6 * * ? *)',
        timeZone: args.timeZone ?? 'UTC',
        target: workflow.arn,
        input: { mode: 'reconcile', trigger: 'reconciler' },
      },
      parent,
    );

    this.workflowArn = workflow.arn;
    this.topicArn = notifier.topicArn;
    this.registerOutputs({ workflowArn: this.workflowArn, topicArn: this.topicArn });
  }
}

/**
 * What a run hands from state to state may have 256 KiB (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html),
 * and the report of an image about 1,200 bytes at most: two long names and the reason of AWS.
 */
const imagesPerExecution = 200;

const longestRunDays = 14;
