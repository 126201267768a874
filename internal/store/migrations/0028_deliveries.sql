-- Deliveries wait in the record for their turn at a receiver, are passed by a person, and are replayed.

-- +goose Up

-- At most a few feeds of one endpoint are served at the same time, by all workers together. turn_until: the feed is
-- being served until then, unless its worker says before that it has ended. waking_until: its run was woken, and is
-- expected to take its turn until then. taken_at: when the receiver last took a message. due_at: its next attempt was
-- brought forward because the receiver took another message; this is when it would have been due.
alter table portal_feeds
    add column turn_until   timestamptz,
    add column waking_until timestamptz,
    add column taken_at     timestamptz,
    add column due_at       timestamptz;
create index portal_feeds_turns on portal_feeds (endpoint_id) where turn_until is not null or waking_until is not null;
create index portal_feeds_waiting on portal_feeds (endpoint_id, moved_at) where told < asked and state <> 'parked';
drop index portal_feeds_untold;
create index portal_feeds_retrying on portal_feeds (endpoint_id, procurement_id) where state = 'retrying';

-- delivered_at is when a delivery was settled: it has arrived, or it was passed. passed_for: why it was passed, then
-- passed_reason in the words of the person who did. replays counts how often somebody asked for it again.
alter table deliveries
    add column replays       int  not null default 0 check (replays >= 0),
    add column passed_for    text not null default '' check (passed_for in ('', 'person', 'unsubscribed')),
    add column passed_reason text not null default '' check (length(passed_reason) <= 400),
    add constraint deliveries_passed_is_settled check (passed_for = '' or delivered_at is not null),
    add constraint deliveries_passed_has_reason check ((passed_for = 'person') = (passed_reason <> ''));
create index deliveries_passed on deliveries (endpoint_id, event_id) where passed_for <> '';

-- paused_because: empty if a person did it; gone if the receiver answered 410. Endpoints that an earlier release
-- disabled for that stay as they are until their owner resumes them.
-- replays of them since replays_from bound how often one may ask. unsent counts the events, since this column exists,
-- that it did not get because they are of the other mode; unsent_at is when it last missed one.
alter table endpoints
    add column paused_because text not null default '' check (paused_because in ('', 'gone')),
    add column replays_from   timestamptz,
    add column replays        int    not null default 0 check (replays >= 0),
    add column unsent         bigint not null default 0 check (unsent >= 0),
    add column unsent_at      timestamptz,
    add constraint endpoints_paused_because check (paused_because = '' or status = 'paused');

-- +goose Down
alter table endpoints
    drop constraint endpoints_paused_because,
    drop column unsent_at, drop column unsent, drop column replays, drop column replays_from,
    drop column paused_because;
alter table deliveries drop column passed_reason, drop column passed_for, drop column replays;
drop index portal_feeds_retrying, portal_feeds_waiting, portal_feeds_turns;
create index portal_feeds_untold on portal_feeds (endpoint_id) where told < asked and state = 'active';
alter table portal_feeds
    drop column due_at, drop column taken_at, drop column waking_until, drop column turn_until;
