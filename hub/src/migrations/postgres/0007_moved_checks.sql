-- Up Migration
-- The agent that measured a check until its device moved to another: what it had not brought by then is still taken.
alter table checks add column moved_from uuid references agents (id);
create index checks_moved on checks (id) where moved_from is not null;
