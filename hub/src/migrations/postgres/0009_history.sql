-- Up Migration
-- A device's timeline is paged and counted by kind without reading the rows themselves.
drop index timeline_device;
create index timeline_device on timeline (device_id, at desc, id desc) include (kind);
drop index timeline_agent;
create index timeline_agent on timeline (agent_id, at desc, id desc);
create index ticket_history_at on ticket_history (ticket_id, at desc, id desc);
create index parked_effects_device on parked_effects (device_id, at desc);

-- Undo of a deletion: when the device came back into service, and whose child and parent it was when it left.
alter table devices
  add column restored_at timestamptz,
  add column parents_before uuid[] not null default '{}',
  add column children_before uuid[] not null default '{}';
