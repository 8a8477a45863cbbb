import * as awsNative from '@pulumi/aws-native/appstream';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

const config = new pulumi.Config();
const accountPassword = config.requireSecret('password');

new awsNative.DirectoryConfig('directory', {
  directoryName: config.require('domain'),
  organizationalUnitDistinguishedNames: [config.require('unit')],
  serviceAccountCredentials: { accountName: 'CORP\\joiner', accountPassword },
});
const secret = new aws.secretsmanager.Secret('joiner');
new aws.secretsmanager.SecretVersion('joiner', {
  secretId: secret.id,
  secretString: pulumi.jsonStringify({ password: accountPassword }),
});

export const password = accountPassword;
