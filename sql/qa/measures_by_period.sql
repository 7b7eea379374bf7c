-- name: measures_by_period
-- question: How do talk, dead air, interruptions, answers, mood and doubt go from week to week?
-- grain: one row per measure and period; one with null as its period for all calls together
-- key: measure, period_start
-- parameters:
--   period (varchar, default week): day, week or month
--   queue (varchar, default none): only calls of this queue
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   measure: a column of call_measures, such as agent_share
--   period_start [UTC date]: the first day of the period; null for all calls, those without a day included
--   calls: calls in which it could be measured
--   mean_value: mean over these calls, in the unit of the column
--   lower_quartile: a quarter of the calls lie below
--   median_value: half of them lie below
--   upper_quartile: a quarter lie above
-- empty: no call has landed in these days, or nothing could be measured in them
-- limits: every call weighs the same, long or short; quartiles of fewer than ten calls are chance
with measures as (
    select
        call_date,
        handle_ms,
        agent_share,
        dead_air_ms,
        dead_air_share,
        agent_interruptions,
        customer_interruptions,
        agent_response_ms,
        customer_sentiment,
        agent_sentiment,
        low_confidence_share,
        unheard_share
    from call_measures
    where
        ($queue is null or queue = $queue)
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

by_period as (
    select
        cast(columns(* exclude (call_date)) as double),
        cast(date_trunc($period, call_date) as date) as period_start,
        call_date
    from measures
),

measured as (
    unpivot by_period
    on columns(* exclude (period_start, call_date))
    into name measure value measured_value
),

periods as (
    select
        measure,
        period_start,
        count(*) as calls,
        avg(measured_value) as mean_value,
        quantile_cont(measured_value, 0.25) as lower_quartile,
        median(measured_value) as median_value,
        quantile_cont(measured_value, 0.75) as upper_quartile
    from measured
    group by grouping sets ((measure), (measure, period_start))
    having grouping(period_start) = 1 or period_start is not null
)

select * from periods
order by measure asc, period_start asc nulls first
