-- name: calls_by_period
-- question: How many calls are there each day or week, and how long do they take?
-- grain: one row per day, week or month with a call; one with null for calls whose day is unknown
-- key: period_start
-- parameters:
--   period (varchar, default week): day, week or month
--   queue (varchar, default none): only calls of this queue
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   period_start [UTC date]: the first day of it, a week's Monday; null if unknown
--   calls: calls landed
--   active_days: different days with a call
--   agents: different agents who are known
--   handle_ms [ms]: length of all of them
--   median_handle_ms [ms]: half of the calls are shorter
--   word_count: words in them
--   redactions: findings taken out
-- empty: no call has landed in these days
-- limits: of a period that since or until cuts, only the days asked about; days without a call have no row
with calls as (
    select
        call_date,
        agent_id,
        duration_ms,
        word_count,
        redaction_count,
        cast(date_trunc($period, call_date) as date) as period_start
    from calls
    where
        ($queue is null or queue = $queue)
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

periods as (
    select
        period_start,
        count(*) as calls,
        count(distinct call_date) as active_days,
        count(distinct agent_id) as agents,
        cast(sum(duration_ms) as bigint) as handle_ms,
        median(duration_ms) as median_handle_ms,
        cast(sum(word_count) as bigint) as word_count,
        cast(sum(redaction_count) as bigint) as redactions
    from calls
    group by period_start
)

select * from periods
order by period_start
