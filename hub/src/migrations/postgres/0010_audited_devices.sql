-- Up Migration
-- A device's timeline tells who deleted it and brought it back, and leaves out what its agent did in between.
create index audit_log_device_lifetimes on audit_log (resource_id, at desc, id desc)
  where action in ('device.deleted', 'device.restored');
