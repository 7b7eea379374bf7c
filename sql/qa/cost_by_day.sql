-- name: cost_by_day
-- question: What does each speech engine cost, by queue and day?
-- grain: one row per day, queue, engine and model
-- key: call_date, queue, engine, model
-- parameters:
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_date [UTC date]: the day of the calls; null if unknown
--   queue: the queue; null if unknown or the call has not landed
--   engine: the speech engine
--   model: the engine's model
--   calls: calls it was asked about, landed or not
--   requests: requests sent
--   cache_hits: answers taken from the store, which cost nothing
--   audio_ms [ms]: length of the sound sent
--   billed_ms [ms]: length charged for
--   cost_usd [USD]: what was charged
--   uncertain_cost_usd [USD]: price of requests whose answers got lost, which may have been charged
--   cost_per_hour_usd [USD/hour]: what an hour of sound sent cost; null where none was sent
-- empty: no engine has been asked about a call of these days
-- limits: list prices times billed time, not the vendor's invoice; by the day of the call, not of the request
with calls as (
    select
        call_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

usage as (
    select
        call_id,
        call_date,
        engine,
        model,
        cache_hit,
        audio_ms,
        billed_ms,
        cost_usd,
        uncertain_cost_usd
    from engine_usage
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

costs as (
    select
        usage.call_date,
        calls.queue,
        usage.engine,
        usage.model,
        count(distinct usage.call_id) as calls,
        count(*) filter (where not usage.cache_hit) as requests,
        count(*) filter (where usage.cache_hit) as cache_hits,
        cast(coalesce(sum(usage.audio_ms) filter (where not usage.cache_hit), 0) as bigint) as audio_ms,
        cast(coalesce(sum(usage.billed_ms), 0) as bigint) as billed_ms,
        coalesce(sum(usage.cost_usd), 0) as cost_usd,
        coalesce(sum(usage.uncertain_cost_usd), 0) as uncertain_cost_usd
    from usage
    left join calls on usage.call_id = calls.call_id
    group by usage.call_date, calls.queue, usage.engine, usage.model
),

daily as (
    select
        *,
        cost_usd * 3600000 / nullif(audio_ms, 0) as cost_per_hour_usd
    from costs
)

select * from daily
order by call_date, queue, engine, model
