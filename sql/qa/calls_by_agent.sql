-- name: calls_by_agent
-- question: How many calls does each agent take, and what are they like?
-- grain: one row per agent; one with null for all calls whose agent is unknown
-- key: agent_id
-- parameters:
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   agent_id: the agent; null if unknown
--   calls: calls taken
--   active_days: different days with a call
--   handle_ms [ms]: length of all of them
--   mean_handle_ms [ms]: mean length of a call
--   agent_share [0-1]: the agent's part of what agent and customer speak; null if neither is known to speak
--   silence_share [0-1]: part of the time nobody speaks; null without recorded time
--   overlap_share [0-1]: part of the time two speak at once; null without recorded time
--   redactions: findings taken out
-- empty: no call has landed in these days
-- limits: handle time is the recording's length; work after the call is not in it
with calls as (
    select
        agent_id,
        call_date,
        duration_ms,
        agent_talk_ms,
        customer_talk_ms,
        silence_ms,
        overlap_ms,
        redaction_count
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

agents as (
    select
        agent_id,
        count(*) as calls,
        count(distinct call_date) as active_days,
        cast(sum(duration_ms) as bigint) as handle_ms,
        avg(duration_ms) as mean_handle_ms,
        sum(agent_talk_ms) / nullif(sum(agent_talk_ms + customer_talk_ms), 0) as agent_share,
        sum(silence_ms) / nullif(sum(duration_ms), 0) as silence_share,
        sum(overlap_ms) / nullif(sum(duration_ms), 0) as overlap_share,
        cast(sum(redaction_count) as bigint) as redactions
    from calls
    group by agent_id
)

select * from agents
order by calls desc, agent_id asc
