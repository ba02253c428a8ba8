-- Up Migration

-- What was last decided of each device, with the place in the agent's stream that decided it.
create table device_verdicts (
  device_id uuid primary key references devices (id),
  health text not null check (health in ('up', 'degraded', 'down', 'unknown')),
  since timestamptz not null,
  -- the engine's state of the device as it was at its last saved step
  state jsonb not null,
  updated_at timestamptz not null default now()
);

create table health_intervals (
  id bigint generated always as identity primary key,
  device_id uuid not null references devices (id),
  health text not null check (health in ('up', 'degraded', 'down', 'unknown')),
  started_at timestamptz not null,
  ended_at timestamptz check (ended_at >= started_at),
  -- true where late data (detection.md, rule 12) put it in place of `unknown`
  late boolean not null default false
);
create unique index health_intervals_current on health_intervals (device_id) where ended_at is null;
create index health_intervals_device on health_intervals (device_id, started_at);

create table timeline (
  id bigint generated always as identity primary key,
  device_id uuid references devices (id),
  site_id uuid references sites (id),
  agent_id uuid references agents (id),
  at timestamptz not null,
  -- health, reason, incident, late-data, parked …
  kind text not null,
  code text not null,
  data jsonb not null default '{}'
);
create index timeline_device on timeline (device_id, at desc, id desc);
create index timeline_agent on timeline (agent_id, at desc);

-- Effects that PostgreSQL refused: parked with the reason, so that they stop nobody.
create table parked_effects (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  device_id uuid,
  effect jsonb not null,
  reason text not null
);

-- Who judges a shard: a raised number fences off whoever held it before.
create table shard_leases (
  shard text primary key,
  fence bigint not null,
  run text not null,
  taken_at timestamptz not null default now()
);

create table dead_letters (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  agent_id uuid,
  topic text,
  reason text not null,
  -- the first 64 KiB
  payload bytea not null
);
create index dead_letters_at on dead_letters (at);
