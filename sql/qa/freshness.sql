-- name: freshness
-- question: How new is what the lake holds?
-- grain: one row per queue
-- key: queue
-- columns:
--   queue: the queue; null if unknown
--   calls: calls that have landed
--   newest_call_at [UTC]: when the newest call began; null if no call says so
--   newest_landed_at [UTC]: when a call last landed
-- empty: no call has landed
-- limits: knows calls that landed; what never reached the archive shows in `callarchive reconcile`
with calls as (
    select
        queue,
        started_at,
        landed_at
    from calls
),

queues as (
    select
        queue,
        count(*) as calls,
        max(started_at) as newest_call_at,
        max(landed_at) as newest_landed_at
    from calls
    group by queue
)

select * from queues
order by queue
