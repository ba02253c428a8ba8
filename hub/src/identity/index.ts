export { createIdentity, type Identity, type Tokens, type User } from './service.js';
export type { Credentials } from './credentials-service.js';
export { PERMISSIONS, permissionsOf, type Permission } from './permissions.js';
export type { Authenticator, Client, Principal } from './ports.js';
export { v1RoleOf } from './rules.js';
