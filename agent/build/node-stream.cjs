// The mqtt client brings a copy of Node's streams, for browsers; Node's own are in memory anyway.
module.exports = require('node:stream');
