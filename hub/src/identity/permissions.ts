import type { Role } from '@siaga/shared';

/** Everything a route may ask for. Who holds what is data (below); a route names what it needs in its config. */
export const PERMISSIONS = [
  'monitoring:read',
  'monitoring:write',
  'tickets:read',
  'tickets:write',
  'metrics:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READER: readonly Permission[] = ['monitoring:read', 'tickets:read'];
/** Works on tickets: acknowledges, comments. */
const WORKER: readonly Permission[] = [...READER, 'tickets:write'];

const PERMISSIONS_OF: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  SUPER_ADMIN: new Set(PERMISSIONS),
  ADMIN: new Set(PERMISSIONS),
  SECURITY_ANALYST: new Set([...READER, 'metrics:read']),
  MANAGER: new Set(WORKER),
  TECHNICIAN: new Set(WORKER),
  AGENT: new Set(WORKER),
  // Sees own tickets only, and no route of that kind is open yet: so nothing (domain.md, "Isolation").
  USER: new Set(),
};

/** What a role may do. */
export const permissionsOf = (role: Role): ReadonlySet<Permission> => PERMISSIONS_OF[role];
