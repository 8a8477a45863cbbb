import * as crypto from 'node:crypto';
import { readEstate } from '../../../rehearsal/estate';
import type { Json } from '../../../rehearsal/services/service';
import { emulateAccount, type EmulatedAccount } from '../../support/emulated-clients';

/** EC2 and Auto Scaling of an account, as a rehearsal emulates them. */
export class Machines {
  private account: EmulatedAccount;

  /** @param estate as a file of one, or as a rehearsal left it */
  constructor(estate: Json) {
    this.account = emulateAccount(readEstate(estate));
  }

  /** A client like that of the SDK. */
  get ec2(): Json {
    return this.account.ec2;
  }

  /** A client like that of the SDK. */
  get autoscaling(): Json {
    return this.account.autoscaling;
  }

  /** All as it is now. */
  get estate(): Json {
    return this.account.estate();
  }

  /** What others did meanwhile: the estate that came of it. */
  become(estate: Json): void {
    this.account = emulateAccount(readEstate(estate));
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
    this.become({ ...others, ec2: { ...ec2, launchTemplates } });
    return template.LaunchTemplateId;
  }

  /** Makes a group with all its instances in service, for which AWS's provider waits. */
  createGroup(group: Json): void {
    const { autoscaling, ...others } = this.estate;
    const groups = [...(autoscaling?.groups ?? []), group];
    this.become({ ...others, autoscaling: { groups } });
  }
}
