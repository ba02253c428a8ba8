import { msg, str } from '@lit/localize';
import type {
  AgentState,
  DeviceKind,
  Health,
  Link,
  ProbeMode,
  TicketDetail,
  TicketSummary,
} from '@siaga/shared';
import { isolated } from './isolated.js';

/** The field's words in the chosen language; each is looked up when asked, never kept. */

export const healthWord = (health: Health): string => {
  switch (health) {
    case 'up':
      return msg('Up');
    case 'degraded':
      return msg('Degraded');
    case 'down':
      return msg('Down');
    case 'unknown':
      return msg('Unknown');
  }
};

export const kindWord = (kind: DeviceKind): string => {
  switch (kind) {
    case 'atm':
      return msg('ATM');
    case 'router':
      return msg('Router');
    case 'switch':
      return msg('Switch');
    case 'server':
      return msg('Server');
    case 'ups':
      return msg('UPS');
    case 'link':
      return msg('Link');
    case 'other':
      return msg('Other');
  }
};

export const linkWord = (link: Link): string => {
  switch (link) {
    case 'fibre':
      return msg('Fibre');
    case 'm2m':
      return msg('M2M (mobile)');
    case 'vsat':
      return msg('VSAT (satellite)');
    case 'other':
      return msg('Other');
  }
};

export const agentStateWord = (state: AgentState): string => {
  switch (state) {
    case 'pending':
      return msg('Not enrolled yet');
    case 'online':
      return msg('Online');
    case 'lost':
      return msg('Connection lost');
    case 'stopped':
      return msg('Stopped');
    case 'revoked':
      return msg('Revoked');
  }
};

export const probeWord = (probe: ProbeMode): string => {
  switch (probe) {
    case 'raw':
      return msg('Direct ICMP');
    case 'system-ping':
      return msg("The system's ping (coarser)");
    case 'none':
      return msg('Cannot ping');
  }
};

export const statusWord = (status: TicketSummary['status']): string => {
  switch (status) {
    case 'new':
      return msg('New');
    case 'assigned':
      return msg('Assigned');
    case 'in_progress':
      return msg('In progress');
    case 'on_hold':
      return msg('On hold');
    case 'resolved':
      return msg('Resolved');
    case 'closed':
      return msg('Closed');
  }
};

export const priorityWord = (priority: TicketSummary['priority']): string => {
  switch (priority) {
    case 'critical':
      return msg('Critical');
    case 'high':
      return msg('High');
    case 'medium':
      return msg('Medium');
    case 'low':
      return msg('Low');
  }
};

/** Monitoring's titles are English text; from the condition the same is said in either language. */
export const incidentTitle = (
  ticket: Pick<TicketSummary, 'condition' | 'title'>,
  deviceName: string | undefined,
): string =>
  ticket.condition === 'unreachable' && deviceName !== undefined
    ? msg(str`${isolated(deviceName)} does not answer`)
    : ticket.title;

/** One entry of a ticket's history. */
export const historyWord = (event: TicketDetail['history'][number]['event']): string => {
  switch (event) {
    case 'opened':
    case 'created':
      return msg('Opened');
    case 'resolved':
      return msg('Resolved');
    case 'reopened':
      return msg('Reopened');
    case 'closed':
      return msg('Closed');
    case 'cancelled':
      return msg('Cancelled');
    case 'acknowledged':
      return msg('Acknowledged');
    case 'unacknowledged':
    case 'acknowledgement_taken_back':
    case 'acknowledgement-taken-back':
      return msg('Acknowledgement taken back');
    case 'commented':
      return msg('Commented');
    case 'assigned':
      return msg('Assigned');
    default:
      return msg('Changed');
  }
};

/** A field that a history entry tells to have changed; undefined for one that people do not know by a name. */
export const changedFieldWord = (name: string): string | undefined => {
  switch (name) {
    case 'status':
    case 'state':
      return msg('Status');
    case 'priority':
      return msg('Priority');
    case 'title':
      return msg('Title');
    case 'assigned_to':
      return msg('Assigned to');
    case 'category':
      return msg('Category');
    case 'occurrences':
      return msg('Occurrences');
    default:
      return undefined;
  }
};

/** "1 device" or "12 devices". */
export const devicesWord = (count: number, shown: string): string =>
  count === 1 ? msg('1 device') : msg(str`${shown} devices`);
