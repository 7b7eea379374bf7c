-- name: redactions_by_week
-- question: How much of each kind of personal data is found in each queue, week by week?
-- grain: one row per week, queue and entity
-- key: week_start, queue, entity
-- parameters:
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   week_start [UTC date]: the week's Monday; null for calls whose day is unknown
--   queue: the queue; null if unknown
--   entity: what was found, such as CARD_NUMBER
--   findings: how often
--   taken_out: findings taken out of text and sound (auto and flagged)
--   left_for_review: findings left in until a person decides
--   calls_with_finding: calls with at least one
--   calls: all calls of that queue and week
--   calls_share [0-1]: share of them with at least one
-- empty: nothing personal was found in these days
-- limits: counts findings, not what was missed; of a week that since or until cuts, only the days asked about
with calls as (
    select
        call_id,
        queue,
        cast(date_trunc('week', call_date) as date) as week_start
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

redactions as (
    select
        call_id,
        entity,
        tier
    from redactions
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

weeks as (
    select
        week_start,
        queue,
        count(*) as calls
    from calls
    group by week_start, queue
),

counted as (
    select
        calls.week_start,
        calls.queue,
        redactions.entity,
        count(*) as findings,
        count(*) filter (where redactions.tier in ('auto', 'flagged')) as taken_out,
        count(*) filter (where redactions.tier = 'review') as left_for_review,
        count(distinct redactions.call_id) as calls_with_finding
    from redactions
    inner join calls on redactions.call_id = calls.call_id
    group by calls.week_start, calls.queue, redactions.entity
),

by_week as (
    select
        counted.week_start,
        counted.queue,
        counted.entity,
        counted.findings,
        counted.taken_out,
        counted.left_for_review,
        counted.calls_with_finding,
        weeks.calls,
        counted.calls_with_finding / weeks.calls as calls_share
    from counted
    inner join weeks
        on
            counted.week_start is not distinct from weeks.week_start
            and counted.queue is not distinct from weeks.queue
)

select * from by_week
order by week_start, queue, entity
