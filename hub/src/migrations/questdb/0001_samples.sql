-- Natural key: a replay overwrites its own rows. check_id is an INT, not a SYMBOL: it is a small integer already, and
-- symbols took 20 % of the ingest rate. Columns that are 0 in a calm sample are BYTEs: QuestDB reads an absent one as 0.
create table if not exists {prefix}icmp (
  ts timestamp,
  check_id int,
  stream long,
  outcome byte,
  min_us int,
  avg_us int,
  max_us int,
  lost byte
) timestamp(ts) partition by day ttl 7 days wal dedup upsert keys(ts, check_id, stream);

create table if not exists {prefix}host (
  ts timestamp,
  check_id int,
  stream long,
  cpu float,
  memory float,
  disk float,
  uptime_s long
) timestamp(ts) partition by day ttl 7 days wal dedup upsert keys(ts, check_id, stream);

-- Sums and counts only, so that hours made of minutes are as right as hours made of samples. 3 is PACKETS_PER_CYCLE;
-- outcome 2 (skipped) means that nobody looked. Refreshed by the clock: at once would rebuild the running minute with
-- every post.
create materialized view if not exists {prefix}icmp_1m with base {prefix}icmp refresh every 1m as (
  select
    ts,
    check_id,
    count() cycles,
    sum(lost) lost,
    min(lost) lost_min,
    max(lost) lost_max,
    sum(cast(avg_us as long) * (3 - lost)) rtt_sum_us,
    min(min_us) min_us,
    max(max_us) max_us
  from {prefix}icmp
  where outcome < 2
  sample by 1m
) partition by day ttl 90 days;

create materialized view if not exists {prefix}icmp_1h with base {prefix}icmp_1m refresh every 10m as (
  select
    ts,
    check_id,
    sum(cycles) cycles,
    sum(lost) lost,
    min(lost_min) lost_min,
    max(lost_max) lost_max,
    sum(rtt_sum_us) rtt_sum_us,
    min(min_us) min_us,
    max(max_us) max_us
  from {prefix}icmp_1m
  sample by 1h
) partition by month ttl 60 months;

create materialized view if not exists {prefix}host_1m with base {prefix}host refresh every 1m as (
  select
    ts,
    check_id,
    count() samples,
    sum(cast(cpu as double)) cpu_sum,
    min(cpu) cpu_min,
    max(cpu) cpu_max,
    sum(cast(memory as double)) memory_sum,
    min(memory) memory_min,
    max(memory) memory_max,
    sum(cast(disk as double)) disk_sum,
    min(disk) disk_min,
    max(disk) disk_max
  from {prefix}host
  sample by 1m
) partition by day ttl 90 days;

create materialized view if not exists {prefix}host_1h with base {prefix}host_1m refresh every 10m as (
  select
    ts,
    check_id,
    sum(samples) samples,
    sum(cpu_sum) cpu_sum,
    min(cpu_min) cpu_min,
    max(cpu_max) cpu_max,
    sum(memory_sum) memory_sum,
    min(memory_min) memory_min,
    max(memory_max) memory_max,
    sum(disk_sum) disk_sum,
    min(disk_min) disk_min,
    max(disk_max) disk_max
  from {prefix}host_1m
  sample by 1h
) partition by month ttl 60 months;
