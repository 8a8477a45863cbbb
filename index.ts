import { AmiRollout } from './components/ami/ami-rollout';
import { EcsAmiRefresher, ecsGroups } from './components/ami/ecs-ami-refresher';
import { AppStreamAutoUpdater } from './components/appstream/auto-updater';
import { Ledger } from './components/foundation/ledger';
import { OpsAlarms } from './components/operations/ops-alarms';
import { readSettings } from './config';

const settings = readSettings();
const email = settings.email.to.length === 0 ? {} : { email: settings.email };

const ledger = new Ledger('ledger', { protectFromDeletion: settings.protectFromDeletion });

const appstreamAutoUpdater = settings.appstreamAutoUpdate
  ? new AppStreamAutoUpdater('appstream-auto-updater', {
      ledger,
      schedule: settings.schedule,
      timeZone: settings.timeZone,
      batchSize: settings.batchSize,
      attempts: settings.attempts,
      pollMinutes: settings.pollMinutes,
      startHours: settings.startHours,
      finishHours: settings.finishHours,
      ...email,
    })
  : undefined;

const groups = { ...settings.amiGroups, ...ecsGroups(settings.ecsClusters) };
const amiRollout =
  Object.keys(groups).length > 0
    ? new AmiRollout('ami-rollout', {
        ledger,
        groups,
        follow: settings.amiFollow,
        parameters: settings.ecsClusters.flatMap(({ parameter }) => parameter ?? []),
        instanceRoles: settings.amiInstanceRoles,
        owners: settings.amiOwners,
        minimumAgeHours: settings.amiMinimumAgeHours,
        attempts: settings.amiAttempts,
        timeZone: settings.timeZone,
        ...email,
      })
    : undefined;

const ecsAmiRefresher =
  amiRollout !== undefined && settings.ecsClusters.length > 0
    ? new EcsAmiRefresher('ecs-ami-refresher', {
        rollout: amiRollout,
        clusters: settings.ecsClusters,
      })
    : undefined;

const workflows = [
  ...(appstreamAutoUpdater
    ? [{ name: 'appstream-auto-updater', stateMachineArn: appstreamAutoUpdater.workflowArn }]
    : []),
  ...(amiRollout ? [{ name: 'ami-rollout', stateMachineArn: amiRollout.workflowArn }] : []),
];
if (settings.opsAlarms && workflows.length > 0) {
  new OpsAlarms('ops-alarms', {
    workflows,
    severity: settings.opsItemSeverity,
    category: settings.opsItemCategory,
  });
}

// What is switched off has no outputs: Pulumi warns of undefined ones.
export = {
  ledgerTable: ledger.tableName,
  ...(appstreamAutoUpdater && {
    appstreamWorkflow: appstreamAutoUpdater.workflowArn,
    appstreamTopic: appstreamAutoUpdater.topicArn,
  }),
  ...(amiRollout && { amiWorkflow: amiRollout.workflowArn, amiTopic: amiRollout.topicArn }),
  ...(ecsAmiRefresher && { ecsWorkflow: ecsAmiRefresher.workflowArn }),
};
