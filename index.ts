import { AppStreamAutoUpdater } from './components/appstream/auto-updater';
import { Ledger } from './components/foundation/ledger';
import { readSettings } from './config';

const settings = readSettings();

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
      ...(settings.email.to.length === 0 ? {} : { email: settings.email }),
    })
  : undefined;

export const ledgerTable = ledger.tableName;
export const appstreamWorkflow = appstreamAutoUpdater?.workflowArn;
export const appstreamTopic = appstreamAutoUpdater?.topicArn;
