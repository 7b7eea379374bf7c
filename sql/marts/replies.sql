-- name: replies
-- question: How long does each voice take to answer the other?
-- grain: one row per change of voice across a silence
-- key: call_id, start_ms
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   voice: who answers
--   speaker: who answers: agent, customer, speaker_0 ...; null if unknown
--   voice_before: who spoke last before
--   start_ms [ms]: where the reply begins
--   response_ms [ms]: silence between the two
-- empty: no call with word times and two voices has landed
-- limits: a reply that begins while the other still speaks is talk-over, not a reply
with spans as (
    select
        call_id,
        call_date,
        voice,
        speaker,
        voice_before,
        start_ms,
        quiet_before_ms
    from speech_spans
),

replies as (
    select
        call_id,
        call_date,
        voice,
        speaker,
        voice_before,
        start_ms,
        quiet_before_ms as response_ms
    from spans
    where quiet_before_ms >= 0 and voice <> voice_before
)

select * from replies
