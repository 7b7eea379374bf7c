-- name: talk_listen_ratio
-- question: How much of the talking does the agent do, against the customer?
-- grain: one row per call
-- key: call_id
-- parameters:
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   agent_talk_ms [ms]: time the agent speaks
--   customer_talk_ms [ms]: time the customer speaks
--   other_talk_ms [ms]: time others and unknown speakers speak
--   agent_share [0-1]: the agent's part of what the two speak; null if neither is known to speak
--   talk_listen_ratio: the agent's time over the customer's; null if the customer is not known to speak
-- empty: no call has landed in these days
-- limits: talk-over counts for both; where nobody knows who is the agent, all talk is other talk
with calls as (
    select
        call_id,
        call_date,
        agent_id,
        queue,
        agent_talk_ms,
        customer_talk_ms,
        other_talk_ms
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

ratios as (
    select
        call_id,
        call_date,
        agent_id,
        queue,
        agent_talk_ms,
        customer_talk_ms,
        other_talk_ms,
        agent_talk_ms / nullif(agent_talk_ms + customer_talk_ms, 0) as agent_share,
        agent_talk_ms / nullif(customer_talk_ms, 0) as talk_listen_ratio
    from calls
)

select * from ratios
order by call_date, call_id
