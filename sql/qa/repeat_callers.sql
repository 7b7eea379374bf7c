-- name: repeat_callers
-- question: Which calls come from a customer who had called within the last days?
-- grain: one row per call that follows another of the same customer within that time
-- key: call_id
-- parameters:
--   within_days [days] (double, default 7): how long after a call the next one counts as a repeat
--   since [UTC date] (date, default none): first day of the later calls
--   until [UTC date] (date, default none): last day of the later calls
-- columns:
--   call_id: the later call
--   call_date [UTC date]: its day
--   started_at [UTC]: when it began
--   customer_key: keyed hash of the customer's id, never the id
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   previous_call_id: the customer's call before it
--   previous_started_at [UTC]: when that began
--   previous_agent_id: its agent; null if unknown
--   previous_queue: its queue; null if unknown
--   days_between [days]: from beginning to beginning
--   repeats: which repeat in a row it is, from 1; a longer time without a call begins anew
-- empty: no customer called again so soon in these days
-- limits: needs the customer's id and the time in the metadata; a key that was rotated makes new customers; a
--   repeat is not a failure: it may be about something else
with calls as (
    select
        call_id,
        call_date,
        started_at,
        customer_key,
        agent_id,
        queue
    from calls
    where
        customer_key is not null and started_at is not null
        and ($until is null or call_date <= $until)
),

followed as (
    select
        *,
        row_number() over by_time as place,
        lag(call_id) over by_time as previous_call_id,
        lag(started_at) over by_time as previous_started_at,
        lag(agent_id) over by_time as previous_agent_id,
        lag(queue) over by_time as previous_queue
    from calls
    window by_time as (
        partition by customer_key
        order by started_at, call_id
    )
),

measured as (
    select
        *,
        epoch_ms(started_at - previous_started_at) / 86400000 as days_between
    from followed
),

counted as (
    select
        *,
        place - max(place) filter (where days_between is null or days_between > $within_days) over (
            partition by customer_key
            order by place
        ) as repeats
    from measured
),

repeat_calls as (
    select
        call_id,
        call_date,
        started_at,
        customer_key,
        agent_id,
        queue,
        previous_call_id,
        previous_started_at,
        previous_agent_id,
        previous_queue,
        days_between,
        repeats
    from counted
    where repeats > 0 and ($since is null or call_date >= $since)
)

select * from repeat_calls
order by started_at, call_id
