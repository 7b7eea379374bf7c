-- name: cost_by_month
-- question: What do the speech engines cost, month by month?
-- grain: one row per month, engine and model
-- key: month_start, engine, model
-- parameters:
--   since [UTC date] (date, default none): first day of the requests asked about
--   until [UTC date] (date, default none): last day of the requests asked about
-- columns:
--   month_start [UTC date]: the month's first day
--   engine: the speech engine
--   model: the engine's model
--   requests: requests sent
--   cache_hits: answers taken from the store, which cost nothing
--   failed_requests: requests without an answer that could be read
--   billed_ms [ms]: length charged for
--   cost_usd [USD]: what was charged
--   uncertain_cost_usd [USD]: price of requests whose answers got lost, which may have been charged
-- empty: no engine was asked on these days
-- limits: list prices times billed time, not the vendor's invoice; by the day of the request, as a monthly
--   ceiling counts it
with usage as (
    select
        engine,
        model,
        cache_hit,
        outcome,
        billed_ms,
        cost_usd,
        uncertain_cost_usd,
        -- Counted in days: to cast a time with its zone to a date takes twice as long as all the rest.
        date '1970-01-01' + cast(epoch_us(requested_at) // 86400000000 as integer) as requested_on
    from engine_usage
),

asked as (
    select * from usage
    where ($since is null or requested_on >= $since) and ($until is null or requested_on <= $until)
),

months as (
    select
        engine,
        model,
        cast(date_trunc('month', requested_on) as date) as month_start,
        count(*) filter (where not cache_hit) as requests,
        count(*) filter (where cache_hit) as cache_hits,
        count(*) filter (where outcome = 'failed') as failed_requests,
        cast(coalesce(sum(billed_ms), 0) as bigint) as billed_ms,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(uncertain_cost_usd), 0) as uncertain_cost_usd
    from asked
    group by month_start, engine, model
),

costs as (
    select
        month_start,
        engine,
        model,
        requests,
        cache_hits,
        failed_requests,
        billed_ms,
        cost_usd,
        uncertain_cost_usd
    from months
)

select * from costs
order by month_start desc, engine asc, model asc
