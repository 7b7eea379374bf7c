-- name: non_talk_time
-- question: How much of each call does nobody speak, and in how many stretches?
-- grain: one row per call
-- key: call_id
-- parameters:
--   at_least_s [s] (double, default 3): shorter pauses are part of talking and do not count
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   duration_ms [ms]: length of the recording
--   instances: how many such silences; null if the words have no times
--   non_talk_ms [ms]: how long they last together; null if the words have no times
--   between_speech_ms [ms]: of that, between the first word and the last; null if the words have no times
--   longest_ms [ms]: the longest of them; null without one
--   non_talk_share [0-1]: their part of the call; null if the words have no times or nothing was recorded
-- empty: no call has landed in these days
-- limits: music and noise without words are silence here; dead_air and hold_segments list the silences
with calls as (
    select
        call_id,
        call_date,
        agent_id,
        queue,
        duration_ms,
        word_count > 0 and agent_talk_ms + customer_talk_ms + other_talk_ms = 0 as timeless
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

gaps as (
    select
        call_id,
        duration_ms,
        place
    from gaps
    where
        duration_ms >= $at_least_s * 1000
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

counted as (
    select
        call_id,
        count(*) as instances,
        cast(sum(duration_ms) as bigint) as non_talk_ms,
        cast(coalesce(sum(duration_ms) filter (where place = 'middle'), 0) as bigint) as between_speech_ms,
        max(duration_ms) as longest_ms
    from gaps
    group by call_id
),

measured as (
    select
        calls.call_id,
        calls.call_date,
        calls.agent_id,
        calls.queue,
        calls.duration_ms,
        counted.longest_ms,
        if(calls.timeless, null, coalesce(counted.instances, 0)) as instances,
        if(calls.timeless, null, coalesce(counted.non_talk_ms, 0)) as non_talk_ms,
        if(calls.timeless, null, coalesce(counted.between_speech_ms, 0)) as between_speech_ms
    from calls
    left join counted on calls.call_id = counted.call_id
),

non_talk as (
    select
        call_id,
        call_date,
        agent_id,
        queue,
        duration_ms,
        instances,
        non_talk_ms,
        between_speech_ms,
        longest_ms,
        non_talk_ms / nullif(duration_ms, 0) as non_talk_share
    from measured
)

select * from non_talk
order by call_date, call_id
