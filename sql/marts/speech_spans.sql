-- name: speech_spans
-- question: When is each voice speaking without a break?
-- grain: one row per unbroken span of one voice's speech
-- key: call_id, voice, start_ms
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   voice: the speaker, or channel 0, channel 1 ... where the speaker is unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   start_ms [ms]: where the span begins
--   end_ms [ms]: where it ends
--   word_count: words in it
--   quiet_before_ms [ms]: silence before it; negative if another still speaks; null for the call's first
--   voice_before: the voice heard last before it; null for the call's first
-- empty: no call with word times has landed
-- limits: turns without times are left out; a pause up to 300 ms (a breath) does not end a span
with voiced_turns as (
    select
        call_id,
        call_date,
        coalesce(speaker, 'channel ' || channel) as voice,
        speaker,
        start_ms,
        end_ms,
        word_count
    from turns
    where end_ms >= start_ms
),

reached as (
    select
        *,
        max(end_ms) over (
            partition by call_date, call_id, voice
            order by start_ms, end_ms
            rows between unbounded preceding and 1 preceding
        ) as reached_ms
    from voiced_turns
),

numbered as (
    select
        *,
        count(*) filter (where start_ms - reached_ms > 300) over (
            partition by call_date, call_id, voice
            order by start_ms, end_ms
            rows between unbounded preceding and current row
        ) as span_number
    from reached
),

spans as (
    select
        call_id,
        call_date,
        voice,
        any_value(speaker) as speaker,
        min(start_ms) as start_ms,
        max(end_ms) as end_ms,
        cast(sum(word_count) as bigint) as word_count
    from numbered
    group by call_id, call_date, voice, span_number
),

placed as (
    select
        call_id,
        call_date,
        voice,
        speaker,
        start_ms,
        end_ms,
        word_count,
        start_ms - max(end_ms) over before_it as quiet_before_ms,
        arg_max(voice, end_ms) over before_it as voice_before
    from spans
    window before_it as (
        partition by call_date, call_id
        order by start_ms, end_ms, voice
        rows between unbounded preceding and 1 preceding
    )
)

select * from placed
