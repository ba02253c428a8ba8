import { Counter, Gauge, type Registry } from 'prom-client';

/** Why a whole message came to nothing. */
export const MESSAGE_FAULTS = [
  'unknown-agent',
  'oversized',
  'header',
  'version',
  'inflate',
  'json',
  'schema',
  'columns',
  'internal',
] as const;
export type MessageFault = (typeof MESSAGE_FAULTS)[number];

/** Why a readable batch was not taken up; its agent brings it again or has no need to. */
export type NotTaken = 'duplicate' | 'gap' | 'unknown' | 'older-stream' | 'full' | 'registering';

/** Counters of the lossless way, as Prometheus shows them. */
export const createCounters = (registry: Registry) => {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter<Label>({ name: `siaga_telemetry_${name}`, help, labelNames, registers });
  const batches = counter('batches_total', 'Batches taken up, by lane', ['lane']);
  const rows = counter('rows_total', 'Rows on the way to the row store, by lane', ['lane']);
  return {
    batches: { live: batches.labels('live'), history: batches.labels('history') },
    rows: { live: rows.labels('live'), history: rows.labels('history') },
    hellos: counter('hellos_total', 'Hellos of agents'),
    messagesRefused: counter('messages_refused_total', 'Messages that could not be read, by fault', [
      'fault',
    ]),
    notTaken: counter('batches_not_taken_total', 'Readable batches not taken up, by reason', ['reason']),
    rowsDropped: counter('rows_dropped_total', 'Single rows left out of their batch, by fault', ['fault']),
    rowsStored: counter('rows_stored_total', 'Rows whose commit is known'),
    rowsRefused: counter('rows_refused_total', 'Rows the row store refused (dead letters)'),
    postsFailed: counter('posts_failed_total', 'Posts of rows that failed and are repeated'),
    letGo: counter('batches_let_go_total', 'Live batches let go unstored; they come again as history'),
    acks: counter('acks_total', 'Acks published'),
    acksFailed: counter('acks_failed_total', 'Acks the broker did not take'),
    deadLettersLost: counter('dead_letters_lost_total', 'Dead letters let go by rate or size'),
    watchWaiting: (bytes: () => { live: number; history: number }) =>
      new Gauge({
        name: 'siaga_telemetry_waiting_bytes',
        help: 'Text of rows that wait for the row store, by lane',
        labelNames: ['lane'],
        registers,
        collect() {
          const { live, history } = bytes();
          this.set({ lane: 'live' }, live);
          this.set({ lane: 'history' }, history);
        },
      }),
  };
};
export type Counters = ReturnType<typeof createCounters>;
