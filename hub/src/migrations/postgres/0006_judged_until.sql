-- Up Migration
-- Agents whose samples were judged until long before `taken_at`: agent id → epoch ms. The next hub must not take a device
-- for looked at while its agent's line was away (adr/0003).
alter table shard_leases add column behind jsonb not null default '{}';
