'use strict';
// Loaded into the program's process first. Pulumi prints errors through `util.inspect` with colors, which runs for
// minutes over a stack trace of @pulumi/pulumi (https://github.com/pulumi/pulumi/issues/21326) and puts terminal
// codes into messages. So: no colors.
const util = require('node:util');

util.inspect = new Proxy(util.inspect, {
  apply: (inspect, self, [value, options, ...rest]) =>
    Reflect.apply(inspect, self, [
      value,
      typeof options === 'object' && options !== null ? { ...options, colors: false } : options,
      ...rest,
    ]),
});
