-- Up Migration
create table users (
  id uuid primary key,
  username text not null,
  email text not null,
  name text not null,
  first_name text not null,
  last_name text not null,
  -- null: a service user, which cannot sign in
  password_hash text,
  role text not null check (role in ('SUPER_ADMIN', 'ADMIN', 'SECURITY_ANALYST', 'MANAGER', 'TECHNICIAN', 'AGENT', 'USER')),
  is_active boolean not null default true,
  failed_logins integer not null default 0,
  locked_until timestamptz,
  last_login_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index users_username_key on users (lower(username));
create unique index users_email_key on users (lower(email));

-- One sign-in: a chain of refresh tokens (API clients) or a cookie session (web app).
create table sign_ins (
  id uuid primary key,
  user_id uuid not null references users (id),
  kind text not null check (kind in ('api', 'web')),
  user_agent text,
  ip inet,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text
);
create index sign_ins_user on sign_ins (user_id);

-- Secrets of a sign-in, kept as HMAC only: refresh tokens in order, or the web session's cookie.
create table sign_in_secrets (
  hmac bytea primary key,
  sign_in_id uuid not null references sign_ins (id) on delete cascade,
  predecessor bytea references sign_in_secrets (hmac) on delete set null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);
create index sign_in_secrets_sign_in on sign_in_secrets (sign_in_id);
create index sign_in_secrets_predecessor on sign_in_secrets (predecessor);

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  user_id uuid references users (id),
  action text not null,
  resource_type text not null,
  resource_id text,
  ip inet,
  user_agent text,
  status text not null check (status in ('success', 'failure')),
  details jsonb not null default '{}'
);
create index audit_log_at on audit_log (at desc);
