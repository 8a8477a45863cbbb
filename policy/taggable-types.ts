/**
 * The resources of Pulumi's AWS provider that take a map of tags, by service; complete for the services that are named
 * here, as of version 7.48.0 of @pulumi/aws. Auto Scaling groups are not among them: their tags are a list, which the
 * provider's default tags do not reach (https://www.pulumi.com/registry/packages/aws/api-docs/autoscaling/group/).
 */
const TYPES: Readonly<Record<string, string>> = {
  apigatewayv2: 'Api DomainName Stage VpcLink',
  appconfig: `
    Application ConfigurationProfile Deployment DeploymentStrategy Environment EventIntegration Extension
  `,
  appstream: 'Fleet ImageBuilder Stack',
  backup: 'Framework LogicallyAirGappedVault Plan ReportPlan RestoreTestingPlan Vault',
  cloudwatch: `
    AlarmMuteRule CompositeAlarm ContributorInsightRule ContributorManagedInsightRule EventBus EventRule
    InternetMonitor LogAnomalyDetector LogDelivery LogDeliveryDestination LogDeliverySource LogDestination
    LogGroup MetricAlarm MetricStream
  `,
  directoryservice: 'Directory ServiceRegion',
  dynamodb: 'Table TableReplica',
  ec2: `
    Ami AmiCopy AmiFromInstance CapacityBlockReservation CapacityReservation CarrierGateway CustomerGateway
    DedicatedHost DefaultNetworkAcl DefaultRouteTable DefaultSecurityGroup DefaultSubnet DefaultVpc
    DefaultVpcDhcpOptions EgressOnlyInternetGateway Eip EncryptionControl Fleet FlowLog Instance
    InternetGateway KeyPair LaunchTemplate LocalGatewayRouteTable
    LocalGatewayRouteTableVirtualInterfaceGroupAssociation LocalGatewayRouteTableVpcAssociation
    ManagedPrefixList NatGateway NetworkAcl NetworkInsightsAccessScope NetworkInsightsAnalysis
    NetworkInsightsPath NetworkInterface PlacementGroup RouteTable SecondaryNetwork SecondarySubnet
    SecurityGroup SpotFleetRequest SpotInstanceRequest Subnet TrafficMirrorFilter TrafficMirrorSession
    TrafficMirrorTarget Vpc VpcBlockPublicAccessExclusion VpcDhcpOptions VpcEncryptionControl VpcEndpoint
    VpcEndpointService VpcIpam VpcIpamPool VpcIpamPoolCidrAllocation VpcIpamResourceDiscovery
    VpcIpamResourceDiscoveryAssociation VpcIpamScope VpcPeeringConnection VpcPeeringConnectionAccepter
    VpnConcentrator VpnConnection VpnGateway
  `,
  ecs: `
    CapacityProvider Cluster Daemon DaemonTaskDefinition ExpressGatewayService Service TaskDefinition TaskSet
  `,
  iam: `
    InstanceProfile OpenIdConnectProvider Policy Role SamlProvider ServerCertificate ServiceLinkedRole User
    VirtualMfaDevice
  `,
  imagebuilder: `
    Component ContainerRecipe DistributionConfiguration Image ImagePipeline ImageRecipe
    InfrastructureConfiguration LifecyclePolicy Workflow
  `,
  kinesis: 'AnalyticsApplication FirehoseDeliveryStream Stream StreamConsumer VideoStream',
  kms: 'ExternalKey Key ReplicaExternalKey ReplicaKey',
  lambda: 'CapacityProvider CodeSigningConfig EventSourceMapping Function MicrovmsImage',
  s3: `
    AccessPoint Bucket BucketObject BucketObjectv2 BucketV2 DirectoryBucket FilesAccessPoint FilesFileSystem
    ObjectCopy VectorsIndex VectorsVectorBucket
  `,
  scheduler: 'ScheduleGroup',
  secretsmanager: 'Secret',
  sesv2: `
    ConfigurationSet ContactList DedicatedIpPool EmailIdentity MultiRegionEndpoint Tenant
  `,
  sfn: 'Activity StateMachine',
  sns: 'Topic',
  sqs: 'Queue',
  ssm: `
    Activation Association ContactsRotation Document MaintenanceWindow Parameter PatchBaseline
    QuicksetupConfigurationManager
  `,
};

const taggable = new Set(
  Object.entries(TYPES).flatMap(([service, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => `aws:${service}/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`),
  ),
);

/** Whether resources of this type, such as `aws:sqs/queue:Queue`, take a map of tags. */
export function isTaggable(type: string): boolean {
  return taggable.has(type);
}
