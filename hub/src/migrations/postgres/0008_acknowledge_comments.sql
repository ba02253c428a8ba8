-- Up Migration
-- Rule 13: somebody has taken note of the incident. Null again once it recovered; the history keeps who did and why.
alter table incident_details
  add column acknowledged_at timestamptz,
  add column acknowledged_by_id uuid references users (id),
  add column acknowledge_reason text,
  add constraint acknowledged_whole check (
    num_nulls(acknowledged_at, acknowledged_by_id, acknowledge_reason) in (0, 3));

create table ticket_comments (
  id uuid primary key,
  ticket_id uuid not null references tickets (id),
  author_id uuid not null references users (id),
  content text not null,
  is_internal boolean not null default false,
  is_system_generated boolean not null default false,
  created_at timestamptz not null default now()
);
create index ticket_comments_ticket on ticket_comments (ticket_id, created_at, id);
