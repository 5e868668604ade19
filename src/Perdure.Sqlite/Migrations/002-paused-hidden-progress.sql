-- A check cannot be altered: the table is made anew. Statuses 5 to 7 are Pausing, Paused and Deleting.

create table executions_2 (
    key              integer primary key,
    function         text    not null,
    function_version text    not null,
    name             text    not null,
    started_at       integer not null,
    hidden           integer not null default 0 check (hidden in (0, 1)),
    version          integer not null check (version >= 1),
    head             integer not null,
    status           integer not null check (status between 0 and 7),
    queue            text    not null,
    wake_at          integer,
    lease_owner      text,
    lease_epoch      integer not null default 0,
    ended_at         integer check ((ended_at is null) = (status in (0, 5, 6))),
    expires_at       integer,
    attention        integer not null default 0 check (attention between 0 and 5),
    attention_reason text
) strict;

insert into executions_2 (
    key, function, function_version, name, started_at, version, head, status, queue, wake_at,
    lease_owner, lease_epoch, ended_at, expires_at, attention, attention_reason)
select
    key, function, function_version, name, started_at, version, head, status, queue, wake_at,
    lease_owner, lease_epoch, ended_at, expires_at, attention, attention_reason
from executions;

drop table executions;
alter table executions_2 rename to executions;

create unique index executions_by_name on executions (function, name);
create index executions_due on executions (queue, wake_at) where wake_at is not null;
create index executions_by_function on executions (function, key);
create index executions_expired on executions (expires_at) where expires_at is not null;
create index executions_attention on executions (attention, function) where attention <> 0;

alter table heartbeats add column progress text;
