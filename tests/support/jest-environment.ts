// Read when a client is made: the SDK's end of support for this Node.js concerns no test.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
