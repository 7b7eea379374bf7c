-- name: usage_in_range
-- question: Is every engine request listed once, with amounts that can be, and are stored answers free?
-- grain: one row per request that is not
-- key: usage_id
-- columns:
--   usage_id: the request
--   copies: rows it has
--   negative_amounts: rows with an amount below zero
--   charged_hits: rows answered from the store and charged all the same
-- empty: the promise holds
-- limits: does not know the vendor's prices
with engine_usage as (
    select
        usage_id,
        audio_ms,
        billed_ms,
        cost_usd,
        latency_ms,
        attempts,
        cache_hit
    from engine_usage
),

counted as (
    select
        usage_id,
        count(*) as copies,
        count(*) filter (
            where least(audio_ms, billed_ms, cost_usd, latency_ms, attempts) < 0
        ) as negative_amounts,
        count(*) filter (where cache_hit and greatest(billed_ms, cost_usd) > 0) as charged_hits
    from engine_usage
    group by usage_id
),

broken as (
    select * from counted
    where copies > 1 or negative_amounts > 0 or charged_hits > 0
)

select * from broken
