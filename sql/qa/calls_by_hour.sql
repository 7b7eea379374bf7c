-- name: calls_by_hour
-- question: At what hours of which weekdays do calls come in?
-- grain: one row per weekday and hour with a call
-- key: day_of_week, hour_of_day
-- parameters:
--   time_zone (varchar, default UTC): whose clock tells weekday and hour, such as Europe/Zurich
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   day_of_week: 1 (Monday) to 7 (Sunday)
--   hour_of_day: 0 to 23, when the call began
--   calls: calls that began in it
--   active_days: different days with such a call
--   calls_per_day: calls on a day that has any
--   mean_handle_ms [ms]: mean length of these calls
--   agents: different known agents who took them
-- empty: no call whose time is known has landed in these days
-- limits: since and until are days in UTC whatever the time zone; calls without a time are left out; hours
--   in which nobody called count for no day
with calls as (
    select
        timezone($time_zone, started_at) as began_at,
        duration_ms,
        agent_id
    from calls
    where
        started_at is not null
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

counted as (
    select
        isodow(began_at) as day_of_week,
        datepart('hour', began_at) as hour_of_day,
        count(*) as calls,
        count(distinct cast(began_at as date)) as active_days,
        avg(duration_ms) as mean_handle_ms,
        count(distinct agent_id) as agents
    from calls
    group by day_of_week, hour_of_day
),

hours as (
    select
        day_of_week,
        hour_of_day,
        calls,
        active_days,
        calls / active_days as calls_per_day,
        mean_handle_ms,
        agents
    from counted
)

select * from hours
order by day_of_week, hour_of_day
