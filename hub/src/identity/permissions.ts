import type { Role } from '@siaga/shared';

/** Everything a route may ask for. Who holds what is data (below); a route names what it needs in its config. */
export const PERMISSIONS = ['monitoring:read', 'monitoring:write', 'tickets:read', 'metrics:read'] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READER: readonly Permission[] = ['monitoring:read', 'tickets:read'];

const PERMISSIONS_OF: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  SUPER_ADMIN: new Set(PERMISSIONS),
  ADMIN: new Set(PERMISSIONS),
  SECURITY_ANALYST: new Set([...READER, 'metrics:read']),
  MANAGER: new Set(READER),
  TECHNICIAN: new Set(READER),
  AGENT: new Set(READER),
  // Sees own tickets only, and no route of that kind is open yet: so nothing (domain.md, "Isolation").
  USER: new Set(),
};

/** What a role may do. */
export const permissionsOf = (role: Role): ReadonlySet<Permission> => PERMISSIONS_OF[role];
