import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { factory as chooseImages } from '../../../functions/appstream/choose-images';
import { factory as claimImage } from '../../../functions/appstream/claim-image';
import { factory as commitLineage } from '../../../functions/appstream/commit-lineage';
import { factory as enterWindow } from '../../../functions/appstream/enter-window';
import { factory as followUpRuns } from '../../../functions/appstream/follow-up';
import { factory as measureRoom } from '../../../functions/appstream/measure-room';
import { factory as prepareUpdate } from '../../../functions/appstream/prepare-update';
import { factory as settleImage } from '../../../functions/appstream/settle-image';
import { factory as shareImage } from '../../../functions/appstream/share-image';
import { factory as surveyImages } from '../../../functions/appstream/survey-images';
import { refuseArguments } from '../../foundation/argument-error';
import { InlineFunction } from '../../foundation/inline-function';
import { Notifier } from '../../foundation/notifier';
import { describeRuns, executionsOf, listRuns } from '../../foundation/run-grants';
import { Schedule } from '../../foundation/schedule';
import { parseSchedule } from '../../foundation/schedule-time';
import { Workflow } from '../../foundation/workflow';
import {
  checkArguments,
  defaultSchedule,
  numberArguments,
  type AppStreamAutoUpdaterArgs,
} from './arguments';
import { defineAutoUpdater } from './definition';
import {
  countUse,
  describeImages,
  readImages,
  readQuotas,
  shareImages,
  tagImages,
  tellOutcomes,
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
  /** Start it with `{}`, or with the input that `functions/appstream/run-input.ts` describes. */
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

    const setting = (key: keyof typeof numberArguments) =>
      args[key] ?? numberArguments[key].fallback;

    const notifier = new Notifier(
      `${name}-notifier`,
      { ledger, workflow: name, ...(args.email === undefined ? {} : { email: args.email }) },
      parent,
    );
    const survey = new InlineFunction(
      `${name}-survey-images`,
      {
        description: 'Looks at all images and writes down what it sees',
        factory: surveyImages,
        environment: {
          ...notifier.ledgerEnvironment,
          BATCH_SIZE: String(setting('batchSize')),
        },
        grants: [readImages(), ledger.grant('WriteSurvey', 'UpdateItem')],
        timeoutSeconds: 900,
      },
      parent,
    );
    const followUp = new InlineFunction(
      `${name}-follow-up`,
      {
        description: 'Finds what earlier runs left unfinished, or stops those that run',
        factory: followUpRuns,
        environment: notifier.ledgerEnvironment,
        grants: [ledger.grant('FindUnfinished', 'Query', 'UpdateItem')],
        timeoutSeconds: 900,
      },
      parent,
    );
    const choose = new InlineFunction(
      `${name}-choose-images`,
      {
        description: 'Says which images are to be updated, and why the others are not',
        factory: chooseImages,
        environment: { ...notifier.ledgerEnvironment, MAX_IMAGES: String(imagesPerRun) },
        grants: [ledger.grant('WriteQueue', 'Query', 'UpdateItem')],
        timeoutSeconds: 900,
        // All images that were surveyed, at once.
        memorySize: 512,
      },
      parent,
    );
    const measure = new InlineFunction(
      `${name}-measure-room`,
      {
        description: 'Says how much room the quotas leave, and what the updates take',
        factory: measureRoom,
        environment: notifier.ledgerEnvironment,
        grants: [
          countUse(),
          ...readQuotas(
            pulumi.interpolate`arn:aws:servicequotas:${region}:${account}:appstream2/*`,
          ),
          ledger.grant('ReadQueue', 'GetItem', 'Query'),
        ],
        timeoutSeconds: 900,
      },
      parent,
    );
    const claim = new InlineFunction(
      `${name}-claim-image`,
      {
        description: 'Takes the lease of an image and sees what was begun',
        factory: claimImage,
        environment: {
          ...notifier.ledgerEnvironment,
          FINISH_HOURS: String(setting('finishHours')),
          ATTEMPTS: String(setting('attempts')),
        },
        grants: [readImages(), ledger.grant('TakeLease', 'GetItem', 'UpdateItem')],
      },
      parent,
    );
    const prepare = new InlineFunction(
      `${name}-prepare-update`,
      {
        description: 'Decides what to ask of AppStream, and writes it down',
        factory: prepareUpdate,
        environment: {
          ...notifier.ledgerEnvironment,
          START_HOURS: String(setting('startHours')),
        },
        grants: [readImages(), ledger.grant('WriteIntent', 'GetItem', 'UpdateItem')],
      },
      parent,
    );
    const enter = new InlineFunction(
      `${name}-enter-window`,
      {
        description: 'Lets an update start when the batch size and the quotas have room for it',
        factory: enterWindow,
        environment: {
          ...notifier.ledgerEnvironment,
          FINISH_HOURS: String(setting('finishHours')),
        },
        grants: [
          countUse(),
          { ...readImages(), Sid: 'SeeWhoLeft' },
          ledger.grant('TakePlace', 'UpdateItem'),
        ],
      },
      parent,
    );
    const share = new InlineFunction(
      `${name}-share-image`,
      {
        description: 'Shares a new image with whom its source is shared',
        factory: shareImage,
        grants: [shareImages(images)],
        // An image is shared with a hundred accounts at most.
        timeoutSeconds: 240,
      },
      parent,
    );
    const commit = new InlineFunction(
      `${name}-commit-lineage`,
      {
        description: 'Makes a new image the head of its lineage, or blocks one that has none',
        factory: commitLineage,
        environment: notifier.ledgerEnvironment,
        grants: [readImages(), tagImages(images), ledger.grant('CountDuration', 'UpdateItem')],
      },
      parent,
    );
    const settle = new InlineFunction(
      `${name}-settle-image`,
      {
        description: 'Records what became of an image',
        factory: settleImage,
        environment: { ...notifier.ledgerEnvironment, ATTEMPTS: String(setting('attempts')) },
        grants: [readImages(), ledger.grant('RecordOutcome', 'GetItem', 'UpdateItem')],
      },
      parent,
    );
    const workflow = new Workflow(
      name,
      {
        description: 'Updates AppStream images',
        functions: {
          survey,
          followUp,
          choose,
          measure,
          claim,
          prepare,
          enter,
          share,
          commit,
          settle,
          alert: notifier.alert,
          report: notifier.reportRun,
          deliver: notifier.deliver,
        },
        definition: (arns) =>
          defineAutoUpdater(arns, {
            pollSeconds: setting('pollMinutes') * 60,
            timeoutSeconds: longestRunDays * 86_400,
          }),
        grants: [
          updateImages(images),
          describeImages(),
          tellOutcomes(pulumi.interpolate`arn:aws:events:${region}:${account}:event-bus/default`),
        ],
        runsChildren: true,
        ledger,
        notifier,
        longestRunDays,
      },
      parent,
    );
    for (const reader of [followUp, choose]) reader.allowLater('runs', [listRuns(workflow.arn)]);
    claim.allowLater('runs', [describeRuns(executionsOf(workflow.arn))]);
    new Schedule(
      `${name}-monthly`,
      {
        description: 'Updates the images that are opted in',
        expression: parseSchedule(args.schedule ?? defaultSchedule),
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
 * The positions in the queue are the one thing that grows with a run and passes from state to state: seven bytes
 * each, of 256 KiB. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const imagesPerRun = 20_000;

/** An execution lasts a year at most; each image has its own, much nearer deadline. */
const longestRunDays = 360;
