-- name: longest_silence
-- question: What is the longest time that nobody speaks in each call?
-- grain: one row per call with a silence
-- key: call_id
-- parameters:
--   at_least_s [s] (double, default 0): leave out calls whose longest silence is shorter
--   between_speech_only (boolean, default false): leave out silence before the first word and after the last
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   start_ms [ms]: where the silence begins; the earliest of equals
--   end_ms [ms]: where it ends
--   silence_ms [ms]: how long it lasts
--   place: start (before the first word), middle, end (after the last word) or whole (no speech at all)
--   voice_before: the voice heard last before it; null if none
--   voice_after: the voice heard first after it; null if none
-- empty: no call in these days has so long a silence
-- limits: music and noise without words are silence here; a call with words but no word times is left out
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

-- The length stands above the start in one number: the longest first, of equals the earliest.
gaps as (
    select
        call_id,
        call_date,
        start_ms,
        end_ms,
        duration_ms,
        place,
        voice_before,
        voice_after,
        cast(duration_ms as bigint) * 4294967296 - start_ms as weight
    from gaps
    where
        duration_ms >= $at_least_s * 1000
        and (place = 'middle' or not $between_speech_only)
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

longest as (
    select
        call_id,
        arg_max(gaps, weight) as gap
    from gaps
    group by call_id
),

silences as (
    select
        longest.call_id,
        longest.gap.call_date,
        calls.agent_id,
        calls.queue,
        longest.gap.start_ms,
        longest.gap.end_ms,
        longest.gap.duration_ms as silence_ms,
        longest.gap.place,
        longest.gap.voice_before,
        longest.gap.voice_after
    from longest
    inner join calls on longest.call_id = calls.call_id
)

select * from silences
order by silence_ms desc, call_id asc
