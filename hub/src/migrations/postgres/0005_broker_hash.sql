-- Up Migration
-- The agent's MQTT password as Mosquitto's password file holds it (adr/0005): written by `siaga admin broker-acl`. Null
-- until the agent is enrolled (again) by a hub that knows this column.
alter table agents add column broker_hash text;
