-- Every statement of the store, one named block each. Guards return the row count; zero is an answer.
-- Order of tables in every writing transaction: executions, journal, snapshots, heartbeats.

-- name: insert_execution
insert into executions (key, function, function_version, name, started_at, hidden, version, head, status, queue, wake_at, lease_owner, lease_epoch,
                        ended_at, expires_at, attention, attention_reason)
values ($key, $function, $function_version, $name, $started_at, $hidden, 1, $head, $status, $queue, $wake_at, $lease_owner, $lease_epoch,
        $ended_at, $expires_at, $attention, $attention_reason);

-- name: find_head
select version, head from executions where key = $key;

-- name: append_entry
insert into journal (id, execution, version, previous, commit_id, entry, payload)
values ($id, $execution, $version, $previous, $commit_id, $entry, $payload);

-- name: move_head
update executions set version = $version, head = $head where key = $key;

-- name: move_head_and_row
update executions
set version = $version, head = $head, status = $status, queue = $queue, wake_at = $wake_at, lease_owner = $lease_owner, lease_epoch = $lease_epoch,
    ended_at = $ended_at, expires_at = $expires_at, attention = $attention, attention_reason = $attention_reason
where key = $key;

-- name: put_snapshot
insert into snapshots (execution, version, state) values ($execution, $version, $state)
on conflict (execution) do update set version = excluded.version, state = excluded.state;

-- name: name_exists
select key from executions where function = $function and name = $name;

-- name: last_entry_id
select coalesce(max(id), 0) from journal;

-- name: find_commit
with recursive chain (id, previous, version, commit_id) as (
    select j.id, j.previous, j.version, j.commit_id from executions e join journal j on j.id = e.head where e.key = $key
    union all
    select j.id, j.previous, j.version, j.commit_id from chain c join journal j on j.id = c.previous where c.version > $version
)
select commit_id from chain where version = $version;

-- name: due_keys
select key from executions where queue = $queue and wake_at <= $now order by wake_at limit $max;

-- name: claim
update executions set lease_owner = $owner, lease_epoch = lease_epoch + 1, wake_at = $lease_until where key = $key
returning key, function, function_version, name, started_at, version, status, queue, wake_at, lease_owner, lease_epoch, ended_at, expires_at,
          attention, attention_reason, hidden;

-- name: update_row
update executions
set status = $status, queue = $queue, wake_at = $wake_at, lease_owner = $lease_owner, lease_epoch = $lease_epoch,
    ended_at = $ended_at, expires_at = $expires_at, attention = $attention, attention_reason = $attention_reason
where key = $key and lease_owner = $held_by and lease_epoch = $held_epoch;

-- name: renew_lease
update executions set wake_at = $until where key = $key and lease_owner = $owner and lease_epoch = $epoch;

-- name: expire_leases
update executions set wake_at = $now where lease_owner is not null and lease_owner <> $owner;

-- name: next_due
with recursive queues (queue) as (
    select min(queue) from executions where wake_at is not null
    union all
    select (select min(e.queue) from executions e where e.wake_at is not null and e.queue > q.queue) from queues q where q.queue is not null
)
select q.queue, (select min(e.wake_at) from executions e where e.queue = q.queue and e.wake_at is not null)
from queues q where q.queue is not null;

-- name: find_row
select key, function, function_version, name, started_at, version, status, queue, wake_at, lease_owner, lease_epoch, ended_at, expires_at,
       attention, attention_reason, hidden
from executions where key = $key;

-- name: find_row_by_name
select key, function, function_version, name, started_at, version, status, queue, wake_at, lease_owner, lease_epoch, ended_at, expires_at,
       attention, attention_reason, hidden
from executions where function = $function and name = $name;

-- name: find_snapshot
select version, state from snapshots where execution = $key;

-- name: read_entries
with recursive chain (id, previous, version) as (
    select j.id, j.previous, j.version from executions e join journal j on j.id = e.head where e.key = $key
    union all
    select j.id, j.previous, j.version from chain c join journal j on j.id = c.previous where c.version > $from
)
select j.version, j.commit_id, j.entry, case when $with_payload then j.payload end
from chain c join journal j on j.id = c.id
where c.version between $from and $to
order by j.version;

-- name: list_rows
select key, function, function_version, name, started_at, version, status, queue, wake_at, lease_owner, lease_epoch, ended_at, expires_at,
       attention, attention_reason, hidden
from executions
where ($function is null or function = $function)
  and ($status is null or status = $status)
  and ($attention is null or attention = $attention)
  and ($include_hidden = 1 or hidden = 0)
  and ($before is null or key < $before)
  and ($after is null or key > $after)
order by key desc limit $limit;

-- name: list_rows_oldest_first
select key, function, function_version, name, started_at, version, status, queue, wake_at, lease_owner, lease_epoch, ended_at, expires_at,
       attention, attention_reason, hidden
from executions
where ($function is null or function = $function)
  and ($status is null or status = $status)
  and ($attention is null or attention = $attention)
  and ($include_hidden = 1 or hidden = 0)
  and ($before is null or key < $before)
  and ($after is null or key > $after)
order by key limit $limit;

-- name: beat
insert into heartbeats (execution, operation, beat_at, progress)
select key, $operation, $at, $progress from executions where key = $key
on conflict (execution, operation) do update
set beat_at = excluded.beat_at, progress = coalesce(excluded.progress, progress) where excluded.beat_at >= beat_at;

-- name: read_progress
select progress from heartbeats where execution = $key and operation = $operation;

-- name: read_heartbeats
select operation, beat_at from heartbeats where execution = $key;

-- name: expired_keys
select key from executions where expires_at <= $now order by expires_at limit $max;

-- name: is_expired
select 1 from executions where key = $key and expires_at <= $now;

-- name: delete_entries
with recursive chain (id, previous) as (
    select j.id, j.previous from executions e join journal j on j.id = e.head where e.key = $key
    union all
    select j.id, j.previous from chain c join journal j on j.id = c.previous
)
delete from journal where id in (select id from chain);

-- name: delete_snapshot
delete from snapshots where execution = $key;

-- name: delete_heartbeats
delete from heartbeats where execution = $key;

-- name: delete_execution
delete from executions where key = $key;

-- name: read_setting
select value from settings where name = $name;

-- name: write_setting
insert into settings (name, value) values ($name, $value) on conflict (name) do nothing;
