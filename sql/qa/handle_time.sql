-- name: handle_time
-- question: How long do each agent's calls take in each queue?
-- grain: one row per queue and agent
-- key: queue, agent_id
-- parameters:
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   queue: the queue; null if unknown
--   agent_id: the agent; null if unknown
--   calls: calls taken
--   handle_ms [ms]: length of all of them
--   mean_ms [ms]: mean length of a call
--   median_ms [ms]: half of them were shorter
--   p90_ms [ms]: nine of ten were shorter
--   longest_ms [ms]: the longest
-- empty: no call has landed in these days
-- limits: the recording's length, holds included; work after the call and recordings cut in two are not known
with calls as (
    select
        queue,
        agent_id,
        duration_ms
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

handled as (
    select
        queue,
        agent_id,
        count(*) as calls,
        cast(sum(duration_ms) as bigint) as handle_ms,
        avg(duration_ms) as mean_ms,
        median(duration_ms) as median_ms,
        quantile_cont(duration_ms, 0.9) as p90_ms,
        max(duration_ms) as longest_ms
    from calls
    group by queue, agent_id
)

select * from handled
order by queue, agent_id
