import * as crypto from 'node:crypto';
import { readEstate } from '../../../rehearsal/estate';
import type { Json } from '../../../rehearsal/services/service';
import { emulateAccount, type EmulatedAccount } from '../../support/emulated-clients';

/** EC2 and Auto Scaling of an account, as a rehearsal emulates them. */
export class Machines {
  private account: EmulatedAccount;

  /** @param estate as a file of one, or as a rehearsal left it, the tables of which are left out */
  constructor(estate: Json) {
    this.account = emulated(estate);
  }

  /** A client like that of the SDK. */
  get ec2(): Json {
    return this.account.ec2;
  }

  /** A client like that of the SDK. */
  get autoscaling(): Json {
    return this.account.autoscaling;
  }

  /** All as it is now, without tables. */
  get estate(): Json {
    return withoutTables(this.account.estate());
  }

  /** Makes a launch template with its first version, which the rehearsal's EC2 does not. Returns its id. */
  createTemplate(name: string, version: Json): string {
    const digits = crypto.createHash('sha256').update(name).digest('hex').slice(0, 17);
    const template = {
      LaunchTemplateName: name,
      LaunchTemplateId: `lt-${digits}`,
      Versions: [version],
    };
    const { ec2, ...others } = this.estate;
    const launchTemplates = [...(ec2.launchTemplates ?? []), template];
    this.account = emulated({ ...others, ec2: { ...ec2, launchTemplates } });
    return template.LaunchTemplateId;
  }

  /** Makes a group with all its instances in service, for which AWS's provider waits. */
  createGroup(group: Json): void {
    const { autoscaling, ...others } = this.estate;
    const groups = [...(autoscaling?.groups ?? []), group];
    this.account = emulated({ ...others, autoscaling: { groups } });
  }
}

const emulated = (estate: Json): EmulatedAccount =>
  emulateAccount(readEstate(withoutTables(estate)));

/** Those of an estate must be the ones that its program deploys. */
function withoutTables({ dynamodb, ...estate }: Json): Json {
  void dynamodb;
  return estate;
}
