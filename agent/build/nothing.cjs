// Stands in for modules of the mqtt client that are never reached over mqtt:// and mqtts://.
module.exports = {};
