-- The journal appends by rowid; each entry links back to the one before it, and the execution's row holds the newest link.
-- Clustering the journal by execution would scatter every batch over the file.

create table executions (
    key              integer primary key,
    function         text    not null,
    function_version text    not null,
    name             text    not null,
    started_at       integer not null,
    version          integer not null check (version >= 1),
    head             integer not null,
    status           integer not null check (status between 0 and 4),
    queue            text    not null,
    wake_at          integer,
    lease_owner      text,
    lease_epoch      integer not null default 0,
    ended_at         integer check ((ended_at is null) = (status = 0)),
    expires_at       integer,
    attention        integer not null default 0 check (attention between 0 and 3),
    attention_reason text
) strict;

create unique index executions_by_name on executions (function, name);
create index executions_due on executions (queue, wake_at) where wake_at is not null;
create index executions_by_function on executions (function, key);
create index executions_expired on executions (expires_at) where expires_at is not null;
create index executions_attention on executions (attention, function) where attention <> 0;

create table journal (
    id        integer primary key,
    execution integer not null,
    version   integer not null check (version >= 1),
    previous  integer not null,
    commit_id integer not null,
    entry     blob    not null,
    payload   blob    not null
) strict;

create table snapshots (
    execution integer primary key,
    version   integer not null,
    state     blob    not null
) strict;

create table heartbeats (
    execution integer not null,
    operation text    not null,
    beat_at   integer not null,
    primary key (execution, operation)
) strict, without rowid;

create table settings (
    name  text primary key,
    value blob not null
) strict, without rowid;
