-- name: measures_by_agent
-- question: How does each agent do over all these days, and how sure are these figures?
-- grain: one row per measure and known agent with a call in which it could be measured
-- key: measure, agent_id
-- parameters:
--   at_least_calls [calls] (integer, default 10): no figures from fewer; 6 is the least that is counted
--   queue (varchar, default none): only calls of this queue
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   measure: a column of call_measures, such as agent_share
--   agent_id: the agent
--   calls: calls in which it could be measured
--   mean_value: mean over these calls, in the unit of the column; null with too few
--   low: where its 95 % interval begins; null with too few
--   high: where it ends; null with too few
-- empty: no call of a known agent has landed in these days
-- limits: intervals of the mean by Student's t, which say what chance can do and not why agents differ
--   (queues, customers, hours); of twenty equal agents one looks different; agent_scorecard goes by week
with measures as (
    select
        agent_id,
        handle_ms,
        agent_share,
        dead_air_ms,
        dead_air_share,
        agent_interruptions,
        customer_interruptions,
        agent_response_ms,
        customer_sentiment,
        agent_sentiment,
        low_confidence_share,
        unheard_share
    from call_measures
    where
        agent_id is not null
        and ($queue is null or queue = $queue)
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

by_agent as (
    select
        cast(columns(* exclude (agent_id)) as double),
        agent_id
    from measures
),

measured as (
    unpivot by_agent
    on columns(* exclude (agent_id))
    into name measure value measured_value
),

agents as (
    select
        measure,
        agent_id,
        count(*) as calls,
        avg(measured_value) as mean_value,
        stddev_samp(measured_value) / sqrt(count(*)) as standard_error,
        count(*) - 1 as freedom
    from measured
    group by measure, agent_id
),

-- The 97.5 % point of Student's t from the normal one's (Abramowitz and Stegun 26.7.5), good from 6 calls on.
intervals as (
    select
        measure,
        agent_id,
        calls,
        if(calls >= greatest($at_least_calls, 6), mean_value, null) as mean_value,
        standard_error * (1.959964 + 2.372274 / freedom + 2.822500 / freedom ** 2 + 2.555850 / freedom ** 3)
            as reach
    from agents
),

figures as (
    select
        measure,
        agent_id,
        calls,
        mean_value,
        if(mean_value is null, null, mean_value - reach) as low,
        if(mean_value is null, null, mean_value + reach) as high
    from intervals
)

select * from figures
order by measure, agent_id
