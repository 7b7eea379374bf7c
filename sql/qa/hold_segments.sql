-- name: hold_segments
-- question: When does an agent seem to have put the caller on hold?
-- grain: one row per long silence between the agent's speech that the agent ends
-- key: call_id, start_ms
-- parameters:
--   at_least_s [s] (double, default 15): a shorter silence is dead air, not a hold
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   start_ms [ms]: where the silence begins
--   end_ms [ms]: where the agent is back
--   hold_ms [ms]: how long that lasts
--   voice_before: who spoke last before it: the agent, or a customer who said "all right"
-- empty: nobody is silent for so long before the agent is back in these days
-- limits: told from silence alone: an agent who works without a word looks the same, and a hold in which the
--   caller speaks, or after which the caller speaks first, is missed; needs known speakers and word times
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

gaps as (
    select
        call_id,
        call_date,
        start_ms,
        end_ms,
        duration_ms,
        voice_before
    from gaps
    where
        duration_ms >= $at_least_s * 1000
        and place = 'middle' and voice_after = 'agent'
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

agents as (
    select
        call_id,
        first_ms
    from call_speakers
    where
        speaker = 'agent'
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

holds as (
    select
        gaps.call_id,
        gaps.call_date,
        calls.agent_id,
        calls.queue,
        gaps.start_ms,
        gaps.end_ms,
        gaps.duration_ms as hold_ms,
        gaps.voice_before
    from gaps
    inner join calls on gaps.call_id = calls.call_id
    inner join agents on gaps.call_id = agents.call_id
    where agents.first_ms < gaps.start_ms
)

select * from holds
order by call_date, call_id, start_ms
