-- name: gaps
-- question: When does nobody speak?
-- grain: one row per silence
-- key: call_id, start_ms
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   start_ms [ms]: where the silence begins
--   end_ms [ms]: where it ends
--   duration_ms [ms]: how long it lasts
--   place: start (before the first word), middle, end (after the last word) or whole (no speech at all)
--   voice_before: the voice heard last before it; null if none
--   voice_after: the voice heard first after it; null if none
-- empty: no call has landed, or none has a silence
-- limits: pauses up to 300 ms within one voice's speech do not count; a call with words but no times has none
with spans as (
    select
        call_id,
        call_date,
        voice,
        start_ms,
        end_ms,
        quiet_before_ms,
        voice_before
    from speech_spans
),

calls as (
    select
        call_id,
        call_date,
        duration_ms,
        word_count
    from calls
),

speech as (
    select
        call_id,
        max(end_ms) as end_ms,
        arg_max(voice, end_ms) as last_voice
    from spans
    group by call_id
),

before_and_between as (
    select
        call_id,
        call_date,
        start_ms - coalesce(quiet_before_ms, start_ms) as start_ms,
        start_ms as end_ms,
        if(quiet_before_ms is null, 'start', 'middle') as place,
        voice_before,
        voice as voice_after
    from spans
),

after_the_last as (
    select
        calls.call_id,
        calls.call_date,
        speech.end_ms as start_ms,
        calls.duration_ms as end_ms,
        'end' as place,
        speech.last_voice as voice_before,
        null as voice_after
    from calls
    inner join speech on calls.call_id = speech.call_id
),

wordless as (
    select
        call_id,
        call_date,
        0 as start_ms,
        duration_ms as end_ms,
        'whole' as place,
        null as voice_before,
        null as voice_after
    from calls
    where word_count = 0
),

every_gap as (
    select * from before_and_between
    union all by name
    select * from after_the_last
    union all by name
    select * from wordless
),

measured as (
    select
        call_id,
        call_date,
        start_ms,
        end_ms,
        end_ms - start_ms as duration_ms,
        place,
        voice_before,
        voice_after
    from every_gap
    where end_ms > start_ms
)

select * from measured
