-- name: call_speakers
-- question: How much does each speaker of a call say, and how fast?
-- grain: one row per call and speaker; unknown speakers of a call share one row
-- key: call_id, speaker
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   turn_count: turns taken
--   word_count: words said
--   talk_ms [ms]: time spent speaking, breaths of up to 300 ms included; null without word times
--   longest_span_ms [ms]: longest stretch without a pause over 300 ms; null without word times
--   first_ms [ms]: where the speaker is first heard; null without word times
--   last_ms [ms]: where the speaker is last heard; null without word times
--   words_per_minute: words said per minute of speaking; null without word times
-- empty: no call with words has landed
-- limits: redacted words count as words
with turns as (
    select
        call_id,
        call_date,
        speaker,
        word_count
    from turns
),

spans as (
    select
        call_id,
        speaker,
        start_ms,
        end_ms
    from speech_spans
),

said as (
    select
        call_id,
        call_date,
        speaker,
        count(*) as turn_count,
        cast(sum(word_count) as bigint) as word_count
    from turns
    group by call_id, call_date, speaker
),

spoken as (
    select
        call_id,
        speaker,
        cast(sum(end_ms - start_ms) as bigint) as talk_ms,
        max(end_ms - start_ms) as longest_span_ms,
        min(start_ms) as first_ms,
        max(end_ms) as last_ms
    from spans
    group by call_id, speaker
),

speakers as (
    select
        said.call_id,
        said.call_date,
        said.speaker,
        said.turn_count,
        said.word_count,
        spoken.talk_ms,
        spoken.longest_span_ms,
        spoken.first_ms,
        spoken.last_ms,
        said.word_count * 60000.0 / nullif(spoken.talk_ms, 0) as words_per_minute
    from said
    left join spoken on said.call_id = spoken.call_id and said.speaker is not distinct from spoken.speaker
)

select * from speakers
