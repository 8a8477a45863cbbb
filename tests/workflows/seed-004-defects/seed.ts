import { EmulatedAccount } from '../../../rehearsal/emulator/account';
import { readEstate } from '../../../rehearsal/estate';
import type { Json } from '../../../rehearsal/services/service';
import { parameter, templateId } from '../../support/groups-of-estates';

/** What the document that the project starts from does: `lambda_handler` of its `lambda_function.py`, call by call. */
export class Seed {
  readonly account: EmulatedAccount;

  constructor(
    estate: Json,
    private readonly group: string,
  ) {
    this.account = new EmulatedAccount(readEstate(estate), []);
  }

  /**
   * `check_amis_and_update_if_needed`.
   *
   * @returns the message; where the AMI is new it is mailed
   * @throws Error where AWS refuses something, as boto3 does
   */
  run(): string {
    const latest = this.latestAmi();
    if (this.templateAmi() === latest) return 'AMI was not updated. AMI is current.';
    this.createVersion(latest);
    this.moveDefaultAndDelete();
    this.schedule(1, 2);
    this.schedule(15, 1);
    return `AMI updated! New AMI is ${latest}.`;
  }

  /** `get_latest_ecs_ami` */
  latestAmi(): string {
    return this.call('ssm', 'GetParameter', { Name: parameter }).Parameter.Value;
  }

  /** `get_current_launch_template_ami` */
  private templateAmi(): string {
    const answer = this.call('ec2', 'DescribeLaunchTemplateVersions', {
      LaunchTemplateId: templateId(this.group),
      Versions: ['$Latest'],
    });
    return answer.LaunchTemplateVersions[0].LaunchTemplateData.ImageId;
  }

  /** `update_current_launch_template_ami` */
  createVersion(ami: string): void {
    this.call('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateId: templateId(this.group),
      SourceVersion: '$Latest',
      VersionDescription: 'Latest-AMI',
      LaunchTemplateData: { ImageId: ami },
    });
  }

  /**
   * `set_launch_template_default_version`. The document moves it to `$Latest`, which AWS does not document there and
   * the emulation refuses, so here it is the number that this would be.
   */
  private moveDefaultAndDelete(): void {
    const template = { LaunchTemplateId: templateId(this.group) };
    const [{ LatestVersionNumber: latest }] = this.call('ec2', 'DescribeLaunchTemplates', {
      LaunchTemplateIds: [template.LaunchTemplateId],
    }).LaunchTemplates;
    this.call('ec2', 'ModifyLaunchTemplate', { ...template, DefaultVersion: String(latest) });
    this.call('ec2', 'DeleteLaunchTemplateVersions', {
      ...template,
      Versions: [String(latest - 2)],
    });
  }

  /** `create_asg_scheduled_action` */
  private schedule(minutes: number, capacity: number): void {
    this.call('autoscaling', 'PutScheduledUpdateGroupAction', {
      AutoScalingGroupName: this.group,
      ScheduledActionName: `Desire ${capacity}`,
      StartTime: new Date(this.account.now + minutes * 60_000),
      DesiredCapacity: capacity,
    });
  }

  call(service: string, operation: string, input: Json): Json {
    const answer: Json = this.account.answer({ service, operation, input, accessKeyId: '' });
    if (answer.error === undefined) return answer.output;
    throw new Error(`${answer.error.code}: ${answer.error.message}`);
  }

  /** Lets hours pass. */
  wait(hours: number): void {
    this.account.advance(hours * 3600);
  }

  /** The account as it is now. */
  get estate(): Json {
    return this.account.toEstate();
  }
}
