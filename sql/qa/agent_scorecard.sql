-- name: agent_scorecard
-- question: How does each agent do, week by week, and how sure are these figures?
-- grain: one row per agent, week and criterion with enough calls
-- key: agent_id, week_start, criterion
-- parameters:
--   at_least_calls [calls] (integer, default 5): leave out figures from fewer; never less than 3
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   agent_id: the agent
--   week_start [UTC date]: the week's Monday; null for calls whose day is unknown
--   criterion: handle_ms, agent_share (of what both speak), dead_air_share (of the call), agent_response_ms,
--     customer_sentiment, as in call_measures; calls_with_dead_air or calls_interrupted (by the agent)
--   unit: ms, share or sentiment (-1 to 1)
--   calls: calls it could be measured in
--   estimate: mean over these calls, in that unit; for calls_... the share of them
--   low: where its 95 % interval begins
--   high: where it ends
-- empty: no known agent has so many calls in a week of these days
-- limits: the interval says what chance does to a week's calls, not why agents differ (queues, customers); of
--   many equal agents some look different; Wilson's intervals for shares of calls, Student's for means
with measures as (
    select
        agent_id,
        call_date,
        handle_ms,
        agent_share,
        dead_air_ms,
        dead_air_share,
        agent_response_ms,
        agent_interruptions,
        customer_sentiment
    from call_measures
    where
        agent_id is not null
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

measured as (
    select
        agent_id,
        cast(date_trunc('week', call_date) as date) as week_start,
        cast(handle_ms as double) as handle_ms,
        agent_share,
        dead_air_share,
        agent_response_ms,
        customer_sentiment,
        cast(dead_air_ms > 0 as double) as calls_with_dead_air,
        cast(agent_interruptions > 0 as double) as calls_interrupted
    from measures
),

listed as (
    select
        agent_id,
        week_start,
        criterion,
        criterion in ('calls_with_dead_air', 'calls_interrupted') as is_share,
        measured_value
    from measured
    unpivot (
        measured_value for criterion in (
            handle_ms,
            agent_share,
            dead_air_share,
            agent_response_ms,
            customer_sentiment,
            calls_with_dead_air,
            calls_interrupted
        )
    )
),

counted as (
    select
        agent_id,
        week_start,
        criterion,
        is_share,
        count(*) as calls,
        avg(measured_value) as mean_value,
        stddev_samp(measured_value) as deviation,
        1.959964 as quantile
    from listed
    group by agent_id, week_start, criterion, is_share
    having count(*) >= greatest($at_least_calls, 3)
),

-- Wilson 1927: middle and half width. Student's t from the normal quantile: Abramowitz and Stegun 26.7.5,
-- within 1 % for 3 calls and 0.1 % from 5 on.
intervals as (
    select
        *,
        if(
            is_share,
            (mean_value + quantile ** 2 / 2 / calls) / (1 + quantile ** 2 / calls),
            mean_value
        ) as middle,
        if(
            is_share,
            quantile * sqrt(mean_value * (1 - mean_value) / calls + quantile ** 2 / 4 / calls ** 2)
            / (1 + quantile ** 2 / calls),
            deviation / sqrt(calls) * (
                quantile
                + 2.372271 / (calls - 1)
                + 2.822498 / (calls - 1) ** 2
                + 2.555850 / (calls - 1) ** 3
                + 1.589534 / (calls - 1) ** 4
            )
        ) as half_width
    from counted
),

scorecard as (
    select
        agent_id,
        week_start,
        criterion,
        case criterion
            when 'handle_ms' then 'ms'
            when 'agent_response_ms' then 'ms'
            when 'customer_sentiment' then 'sentiment'
            else 'share'
        end as unit,
        calls,
        mean_value as estimate,
        middle - half_width as low,
        middle + half_width as high
    from intervals
)

select * from scorecard
order by agent_id, week_start, criterion
