-- name: call_times_add_up
-- question: Do a call's talk, silence and overlap fit into its length?
-- grain: one row per call where they do not
-- key: call_id
-- columns:
--   call_id: the call
--   duration_ms [ms]: length of the recording
--   talk_ms [ms]: time agent, customer and others speak, each counted
--   silence_ms [ms]: time nobody speaks
--   overlap_ms [ms]: time two or more speak at once
-- empty: the promise holds
-- limits: to the millisecond only where agent and customer each have a channel; else only the bounds are held
with calls as (
    select
        call_id,
        duration_ms,
        agent_talk_ms,
        customer_talk_ms,
        other_talk_ms,
        agent_talk_ms + customer_talk_ms + other_talk_ms as talk_ms,
        silence_ms,
        overlap_ms,
        channel_count = 2
        and channel_verdict in ('two_speakers', 'bleed')
        and agent_talk_ms > 0
        and customer_talk_ms > 0
        and other_talk_ms = 0 as has_side_per_channel
    from calls
),

compared as (
    select
        *,
        talk_ms + silence_ms - overlap_ms - duration_ms as surplus_ms
    from calls
),

broken as (
    select
        call_id,
        duration_ms,
        talk_ms,
        silence_ms,
        overlap_ms
    from compared
    where
        least(agent_talk_ms, customer_talk_ms, other_talk_ms, silence_ms, overlap_ms) < 0
        or greatest(agent_talk_ms, customer_talk_ms, silence_ms, overlap_ms) > duration_ms
        or silence_ms + overlap_ms > duration_ms
        or (has_side_per_channel and surplus_ms <> 0)
)

select * from broken
