-- Up Migration
create table sites (
  id uuid primary key,
  code text not null,
  name text not null,
  timezone text not null,
  region text,
  latitude double precision check (latitude between -90 and 90),
  longitude double precision check (longitude between -180 and 180),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index sites_code_key on sites (lower(code)) where deleted_at is null;

create table agents (
  id uuid primary key,
  name text not null,
  site_id uuid not null references sites (id),
  shard text not null check (shard ~ '^[0-9a-f]{2}$'),
  -- MQTT login: the agent's id is its user name; null until enrolled
  secret_hmac bytea,
  state text not null default 'pending' check (state in ('pending', 'online', 'lost', 'stopped', 'revoked')),
  version text,
  probe text,
  probe_note text,
  clock_offset_ms double precision,
  outbox_rows bigint,
  lost_samples bigint,
  -- newest (stream, process) that ingest ever took up: telemetry.md, "Hub"
  stream bigint not null default 0,
  process text,
  -- newest (stream, connection) of the agent's state messages: detection.md, rule 7. A column of its own, since
  -- ingest and the state topic learn of a new stream in either order.
  state_stream bigint not null default 0,
  connection bigint not null default 0,
  instance text,
  config_version integer not null default 1,
  last_seen_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index agents_name_key on agents (lower(name)) where deleted_at is null;
create index agents_site on agents (site_id);

create table agent_enrolments (
  token_hmac bytea primary key,
  agent_id uuid not null references agents (id),
  expires_at timestamptz not null,
  used_at timestamptz,
  created_by uuid references users (id),
  created_at timestamptz not null default now()
);

create table devices (
  id uuid primary key,
  code text not null,
  name text not null,
  kind text not null check (kind in ('atm', 'router', 'switch', 'server', 'ups', 'link', 'other')),
  model text,
  address inet not null,
  link text not null check (link in ('fibre', 'm2m', 'vsat', 'other')),
  site_id uuid not null references sites (id),
  agent_id uuid not null references agents (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index devices_code_key on devices (lower(code)) where deleted_at is null;
-- two branches may use the same private address, one agent may not watch it twice
create unique index devices_agent_address_key on devices (agent_id, address) where deleted_at is null;
create index devices_site on devices (site_id) where deleted_at is null;

create table device_parents (
  device_id uuid not null references devices (id),
  parent_id uuid not null references devices (id),
  primary key (device_id, parent_id),
  check (device_id <> parent_id)
);
create index device_parents_parent on device_parents (parent_id);

-- Small integers, never reused: they are what telemetry columns carry.
create table checks (
  id integer generated always as identity primary key,
  device_id uuid not null references devices (id),
  type text not null check (type in ('icmp', 'host')),
  interval_s integer not null check (interval_s between 1 and 3600),
  timeout_ms integer check (timeout_ms between 50 and 10000),
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  deleted_at timestamptz
);
create index checks_device on checks (device_id) where deleted_at is null;
