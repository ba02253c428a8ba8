import { msg } from '@lit/localize';
import type { Shortcut } from '../app/shortcuts.js';

/** What the keys of the incident's page do. */
export interface IncidentActions {
  acknowledge(): void;
  comment(): void;
  takeBack(): void;
  next(): void;
  previous(): void;
}

/** The keys of an incident's page, as the help lists them. */
export const incidentKeys = (actions: IncidentActions): readonly Shortcut[] => [
  { key: 'a', label: () => msg('Acknowledge the incident'), run: actions.acknowledge },
  { key: 'c', label: () => msg('Comment on the incident'), run: actions.comment },
  { key: 'u', label: () => msg('Take the acknowledgement back'), run: actions.takeBack },
  { key: 'j', label: () => msg('Next open incident'), run: actions.next },
  { key: 'k', label: () => msg('Previous open incident'), run: actions.previous },
];
