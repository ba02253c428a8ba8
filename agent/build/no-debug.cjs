// Stands in for the debug log of the mqtt client, which an agent never turns on.
const silent = () => {};
const createDebug = () => silent;
silent.enabled = false;
silent.extend = createDebug;
module.exports = Object.assign(createDebug, {
  enabled: () => false,
  enable: silent,
  disable: silent,
  default: createDebug,
});
