import {
  DEVICE_KINDS,
  PRIORITIES,
  TICKET_STATES,
  TICKET_TYPES,
  V1_PRIORITIES,
  V1_STATUSES,
  V1_TICKET_TYPES,
  type Evidence,
  type Priority,
  type TicketState,
  type TicketType,
} from '@siaga/shared';
import { describe, expect, it } from 'vitest';
import {
  descriptionOf,
  IMPACT_OF_KIND,
  incidentNumber,
  mayAcknowledge,
  mayComment,
  mayUnacknowledge,
  PRIORITY_OF,
  prioritiesMatching,
  recurrenceOf,
  statesMatching,
  ticketKeyOf,
  titleOf,
  typesMatching,
  UNRESOLVED,
  URGENCY_OF_CONDITION,
  v1PriorityOf,
  v1StatusOf,
  v1TypeOf,
  type Approval,
  type Level,
  type TicketFacts,
  type V1Status,
} from '../../../hub/src/desk/rules.js';

const APPROVALS: Approval[] = ['none', 'pending', 'approved', 'rejected'];

describe('v1 status (domain.md, dialects.md)', () => {
  const cases: [state: TicketState, approval: Approval, status: V1Status][] = [
    ['new', 'none', 'new'],
    ['new', 'pending', 'new'],
    ['new', 'approved', 'new'],
    ['assigned', 'none', 'assigned'],
    ['assigned', 'approved', 'assigned'],
    // approval pending comes before any unresolved state
    ['assigned', 'pending', 'new'],
    ['in_progress', 'none', 'in_progress'],
    ['in_progress', 'pending', 'new'],
    ['on_hold', 'none', 'on_hold'],
    ['on_hold', 'pending', 'new'],
    // what is over stays so
    ['resolved', 'none', 'resolved'],
    ['resolved', 'pending', 'resolved'],
    ['closed', 'none', 'closed'],
    ['closed', 'rejected', 'closed'],
    ['cancelled', 'none', 'closed'],
    ['cancelled', 'pending', 'closed'],
  ];
  it.each(cases)('%s + %s reads %s', (state, approval, status) =>
    expect(v1StatusOf(state, approval)).toBe(status),
  );

  const finds = (filter: string, state: TicketState, approval: Approval): boolean =>
    statesMatching(filter).some(
      ({ states, pending }) =>
        states.includes(state) && (pending === undefined || pending === (approval === 'pending')),
    );
  it('a status finds exactly what shows it', () => {
    for (const state of TICKET_STATES)
      for (const approval of APPROVALS)
        for (const status of V1_STATUSES)
          expect([state, approval, status, finds(status, state, approval)]).toEqual([
            state,
            approval,
            status,
            v1StatusOf(state, approval) === status,
          ]);
  });
  it('open finds every unresolved one; several by comma find each', () => {
    for (const state of TICKET_STATES) {
      expect(finds('open', state, 'none')).toBe((UNRESOLVED as readonly string[]).includes(state));
      expect(finds('resolved,closed', state, 'none')).toBe(
        ['resolved', 'closed', 'cancelled'].includes(state),
      );
    }
  });
});

describe('v1 priority and type', () => {
  const priorities: [Priority, string][] = [
    ['critical', 'critical'],
    ['urgent', 'high'],
    ['high', 'high'],
    ['medium', 'medium'],
    ['low', 'low'],
  ];
  it.each(priorities)('%s reads %s', (priority, shown) => expect(v1PriorityOf(priority)).toBe(shown));
  const types: [TicketType, string][] = [
    ['incident', 'incident'],
    ['service_request', 'service_request'],
    ['problem', 'problem'],
    ['change', 'change'],
    ['claim', 'service_request'],
    ['event', 'service_request'],
  ];
  it.each(types)('%s reads %s', (type, shown) => expect(v1TypeOf(type)).toBe(shown));
  it('filters find exactly what shows their word', () => {
    for (const shown of V1_PRIORITIES)
      expect(prioritiesMatching(shown)).toEqual(
        PRIORITIES.filter((priority) => v1PriorityOf(priority) === shown),
      );
    for (const shown of V1_TICKET_TYPES)
      expect(typesMatching(shown)).toEqual(TICKET_TYPES.filter((type) => v1TypeOf(type) === shown));
  });
});

describe('priority of an incident', () => {
  const cases: [impact: Level, urgency: Level, priority: Priority][] = [
    ['high', 'high', 'critical'],
    ['high', 'medium', 'high'],
    ['medium', 'high', 'high'],
    ['high', 'low', 'medium'],
    ['medium', 'medium', 'medium'],
    ['low', 'high', 'medium'],
    ['medium', 'low', 'low'],
    ['low', 'medium', 'low'],
    ['low', 'low', 'low'],
  ];
  it.each(cases)('impact %s × urgency %s = %s', (impact, urgency, priority) =>
    expect(PRIORITY_OF[impact][urgency]).toBe(priority),
  );
  it('every kind that does not answer has one', () => {
    const priorities = DEVICE_KINDS.map((kind) => [
      kind,
      PRIORITY_OF[IMPACT_OF_KIND[kind]][URGENCY_OF_CONDITION.unreachable],
    ]);
    expect(Object.fromEntries(priorities)).toEqual({
      atm: 'high',
      router: 'critical',
      switch: 'critical',
      server: 'high',
      ups: 'high',
      link: 'critical',
      other: 'medium',
    });
  });
});

describe('rule 9: a recurrence', () => {
  const MINUTE = 60_000;
  const resolved = (atMs: number) => ({ isOpen: false, state: 'resolved' as const, resolvedAtMs: atMs });
  const cases: [name: string, latest: Parameters<typeof recurrenceOf>[0], atMs: number, answer: string][] = [
    ['none before', undefined, 0, 'new'],
    ['one is open', { isOpen: true, state: 'new', resolvedAtMs: null }, 0, 'already-open'],
    ['resolved just now', resolved(0), 1, 'reopen'],
    ['resolved 30 min ago', resolved(0), 30 * MINUTE, 'reopen'],
    ['resolved longer ago', resolved(0), 30 * MINUTE + 1, 'new'],
    ['resolved in the future: the hub’s clock was set back', resolved(10 * MINUTE), 0, 'reopen'],
    ['closed by people', { isOpen: false, state: 'closed', resolvedAtMs: 0 }, 1, 'new'],
    ['cancelled', { isOpen: false, state: 'cancelled', resolvedAtMs: null }, 1, 'new'],
  ];
  it.each(cases)('%s', (_name, latest, atMs, answer) => expect(recurrenceOf(latest, atMs)).toBe(answer));
});

describe('words and numbers', () => {
  const evidence = (over: Partial<Evidence['device']> = {}, reason = 'three-cycles-failed'): Evidence => ({
    device: { id: 'd', code: 'ATM-01', name: 'ATM Dago 01', address: '10.1.2.3', ...over },
    site: { id: 's', code: 'BDG-01', name: 'Bandung Dago' },
    reason,
    cycles: [1, 2, 3].map((second) => ({
      at: `2026-01-15T10:00:0${second}.000Z`,
      check_id: 1,
      packets_sent: 3,
      packets_lost: 3,
      rtt_ms: null,
    })),
  });
  it('title', () => {
    expect(titleOf(evidence(), 'unreachable')).toBe('ATM Dago 01 (10.1.2.3) does not answer');
    expect(titleOf(evidence({ name: '10.1.2.3' }), 'unreachable')).toBe('10.1.2.3 does not answer');
  });
  it('description', () => {
    expect(descriptionOf(evidence(), '2026-01-15T10:00:01.000Z')).toBe(
      'ATM Dago 01 (10.1.2.3) at Bandung Dago (BDG-01) has not answered since 2026-01-15 10:00:01 UTC.\n' +
        '3 probe cycles in a row failed: every packet was lost.',
    );
    expect(descriptionOf(evidence({}, 'six-cycles-failed'), '2026-01-15T10:00:01.000Z')).toMatch(
      /had been losing packets/,
    );
    expect(descriptionOf(evidence({}, 'another'), '2026-01-15T10:00:01.000Z')).toMatch(/Reason: another\.$/);
  });
  const numbers: [atMs: number, serial: number, number: string][] = [
    [Date.UTC(2026, 0, 15, 8), 1234, 'INC-20260115-001234'],
    [Date.UTC(2026, 0, 15, 23, 59, 59, 999), 1, 'INC-20260115-000001'],
    [Date.UTC(2026, 11, 31), 999_999, 'INC-20261231-999999'],
    [Date.UTC(2026, 11, 31), 12_345_678, 'INC-20261231-12345678'],
  ];
  it.each(numbers)('%d, %d → %s', (atMs, serial, number) =>
    expect(incidentNumber(atMs, serial)).toBe(number),
  );
});

describe('what people may do (detection.md, rule 13)', () => {
  const by = { at: new Date('2026-01-15T08:00:00.123Z'), by: 'Rina' };
  const facts = (over: Partial<TicketFacts> = {}): TicketFacts => ({
    number: 'INC-20260115-000001',
    type: 'incident',
    state: 'new',
    incident: { isOpen: true, acknowledged: null },
    ...over,
  });
  const closedMeanwhile = { isOpen: true, acknowledged: by };
  const NO_INCIDENT = 'INC-20260115-000001 is no incident; only incidents are acknowledged';
  // [the ticket, acknowledge, take back, comment]: null where it may be done
  const cases: [string, TicketFacts, string | null, string | null, string | null][] = [
    ['open', facts(), null, 'is not acknowledged', null],
    ['assigned', facts({ state: 'assigned' }), null, 'is not acknowledged', null],
    ['on hold', facts({ state: 'on_hold' }), null, 'is not acknowledged', null],
    [
      'acknowledged',
      facts({ incident: closedMeanwhile }),
      'was already acknowledged by Rina at 2026-01-15 08:00:00 UTC',
      null,
      null,
    ],
    [
      'resolved',
      facts({ state: 'resolved', incident: { isOpen: false, acknowledged: null } }),
      'is resolved; only an open incident can be acknowledged',
      'is not acknowledged',
      null,
    ],
    // Resolved by hand while it still fails: the rule is about the record, not the device.
    [
      'resolved, failing',
      facts({ state: 'resolved' }),
      'is resolved; only an open incident can be acknowledged',
      'is not acknowledged',
      null,
    ],
    [
      'closed after it was acknowledged',
      facts({ state: 'closed', incident: closedMeanwhile }),
      'is closed; only an open incident can be acknowledged',
      null,
      'is closed and takes no more comments',
    ],
    [
      'cancelled',
      facts({ state: 'cancelled' }),
      'is cancelled; only an open incident can be acknowledged',
      'is not acknowledged',
      'is cancelled and takes no more comments',
    ],
    [
      'recovered',
      facts({ incident: { isOpen: false, acknowledged: null } }),
      'is over; only an open incident can be acknowledged',
      'is not acknowledged',
      null,
    ],
    ['a problem', facts({ type: 'problem', incident: null }), NO_INCIDENT, NO_INCIDENT, null],
    ['an incident without details', facts({ incident: null }), NO_INCIDENT, NO_INCIDENT, null],
  ];
  it.each(cases)('%s', (_name, ticket, acknowledge, unacknowledge, comment) => {
    const told = [mayAcknowledge(ticket), mayUnacknowledge(ticket), mayComment(ticket)].map((verdict) =>
      verdict.ok ? null : verdict.reason,
    );
    const whole = (text: string | null) =>
      text === null || text === NO_INCIDENT ? text : `${ticket.number} ${text}`;
    expect(told).toEqual([acknowledge, unacknowledge, comment].map(whole));
  });
});

describe('the name of a ticket', () => {
  it.each([
    ['0190F4A8-0000-7000-8000-00000000DEAD', { id: '0190F4A8-0000-7000-8000-00000000DEAD' }],
    ['inc-20260115-000001', { number: 'INC-20260115-000001' }],
    ['42', { serial: 42 }],
    ['', undefined],
    ['1'.repeat(16), undefined],
    ['0190f4a8-0000-7000-8000-00000000dea', undefined],
    ["INC-20260115-000001'", undefined],
  ])('%s', (text, key) => expect(ticketKeyOf(text)).toEqual(key));
});
