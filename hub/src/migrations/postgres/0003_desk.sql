-- Up Migration
create sequence incident_numbers;

create table tickets (
  id uuid primary key,
  -- one global integer over all types (dialects.md, "Ids")
  serial bigint generated always as identity unique,
  number text not null unique,
  type text not null check (type in ('incident', 'service_request', 'problem', 'change', 'claim', 'event')),
  title text not null,
  description text not null,
  state text not null check (state in ('new', 'assigned', 'in_progress', 'on_hold', 'resolved', 'closed', 'cancelled')),
  approval text not null default 'none' check (approval in ('none', 'pending', 'approved', 'rejected')),
  hold_reason text check (hold_reason in ('vendor', 'customer', 'change', 'other')),
  priority text not null check (priority in ('critical', 'urgent', 'high', 'medium', 'low')),
  requester_id uuid not null references users (id),
  assigned_to_id uuid references users (id),
  category text,
  subcategory text,
  tags text[] not null default '{}',
  custom_fields jsonb not null default '{}',
  source text not null check (source in ('monitoring', 'person')),
  site_id uuid references sites (id),
  device_id uuid references devices (id),
  -- optimistic lock; +1 at each change
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  resolved_at timestamptz,
  closed_at timestamptz
);
create index tickets_created on tickets (created_at desc, id);
create index tickets_open on tickets (created_at desc) where state not in ('resolved', 'closed', 'cancelled');
create index tickets_device on tickets (device_id, created_at desc);
create index tickets_site on tickets (site_id, created_at desc);

create table incident_details (
  ticket_id uuid primary key references tickets (id),
  impact text not null check (impact in ('low', 'medium', 'high')),
  urgency text not null check (urgency in ('low', 'medium', 'high')),
  subject_kind text,
  subject_id uuid,
  condition text,
  -- true from opening to resolving; half of the identity below
  is_open boolean not null default true,
  occurrences integer not null default 1,
  first_failed_at timestamptz,
  detected_at timestamptz,
  evidence jsonb,
  previous_incident_id uuid references tickets (id)
);
-- detection.md, rule 9: identity is an index, not a check-then-insert
create unique index incident_identity on incident_details (subject_kind, subject_id, condition) where is_open and condition is not null;
create index incident_subject on incident_details (subject_kind, subject_id, condition);

create table ticket_history (
  id bigint generated always as identity primary key,
  ticket_id uuid not null references tickets (id),
  at timestamptz not null default now(),
  event text not null,
  actor_id uuid references users (id),
  reason text,
  changes jsonb not null default '{}'
);
create index ticket_history_ticket on ticket_history (ticket_id, id);
