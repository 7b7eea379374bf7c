-- name: engine_usage
-- question: What was asked of the speech engines, and what did it cost?
-- grain: one row per engine request or answer taken from the store
-- key: usage_id
-- columns:
--   usage_id: the request
--   call_id: the call it was for, landed or not; null if that was erased
--   recording_sha256: the recording it was for; null if that was erased
--   run_id: the run that asked
--   channel: the recording's channel, from 0; null where the request carried several
--   chunk_index: the piece of the channel, from 0; null if its call was erased
--   engine: the speech engine
--   model: the engine's model
--   requested_at [UTC]: when it was asked; the day only if its call was erased
--   audio_ms [ms]: length of the sound sent
--   billed_ms [ms]: length charged for
--   cost_usd [USD]: what was charged
--   uncertain_cost_usd [USD]: price of requests whose answers got lost, which may have been charged
--   latency_ms [ms]: time to the answer
--   attempts: tries it took
--   cache_hit: true if the answer came from the store and nothing was asked
--   outcome: used, nothing_heard (no words; the next engine was asked, if there is one), or failed
--   call_date [UTC date]: the day of the call; null if unknown
-- empty: no engine has been asked
-- limits: costs are list prices times billed time, not the vendor's invoice
select
    usage_id,
    call_id,
    recording_sha256,
    run_id,
    channel,
    chunk_index,
    engine,
    model,
    requested_at,
    audio_ms,
    billed_ms,
    cost_usd,
    uncertain_cost_usd,
    latency_ms,
    attempts,
    cache_hit,
    outcome,
    call_date
from stored.engine_usage
