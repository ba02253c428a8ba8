import type { TestContext } from 'vitest';
import { lacks } from '../../support/lack.js';
import { findMosquitto } from '../../support/mosquitto.js';
import { brokerConformance } from './conformance.js';
import { createMosquittoHarness } from './mosquitto-harness.js';

const program = findMosquitto();
const create = (context: TestContext) =>
  createMosquittoHarness(program ?? lacks(context, 'mosquitto (apt-get install mosquitto)'));

brokerConformance('the hub’s client over Mosquitto', create);
