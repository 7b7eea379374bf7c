-- name: keyword_trends
-- question: In which share of the calls is a phrase said, now and before?
-- grain: one row per phrase
-- key: phrase
-- parameters:
--   phrases (varchar[], default cancel; complaint; refund; supervisor): what to count
--   since [UTC date] (date, required): first day of the period
--   until [UTC date] (date, default none): last day of the period
--   baseline_since [UTC date] (date, default none): first day of the baseline
--   baseline_until [UTC date] (date, default none): last day of the baseline, which ends before the period
--   speaker (varchar, default none): only said by this speaker: agent, customer ...
-- columns:
--   phrase: the phrase, as it was given
--   calls: calls in the period in which it is said
--   per_1000_calls: the same for every 1,000 calls of the period; null if it has none
--   baseline_calls: calls in the baseline in which it is said
--   baseline_per_1000_calls: the same for every 1,000 calls of the baseline; null if it has none
--   ratio: how many times as common it is as in the baseline; null if it was not said then
--   ratio_low: where the ratio's 95 % interval begins; null unless it is said in both
--   ratio_high: where it ends; null unless it is said in both
-- empty: there is no phrase to count, or no call has landed in either
-- limits: a call counts once; calls without a date are in neither; intervals by Katz, rough below five calls
with calls as (
    select
        call_id,
        call_date >= $since as in_period
    from calls
    where
        (call_date >= $since and ($until is null or call_date <= $until))
        or (
            call_date < $since
            and ($baseline_since is null or call_date >= $baseline_since)
            and ($baseline_until is null or call_date <= $baseline_until)
        )
),

totals as (
    select
        count(*) filter (where in_period) as calls,
        count(*) filter (where not in_period) as baseline_calls
    from calls
    having count(*) > 0
),

asked as (
    select distinct unnest(cast($phrases as varchar[])) as phrase
),

said as (
    select distinct
        phrase,
        call_id
    from placed_phrases($phrases, 0, since := $baseline_since, until := $until)
    where coalesce(longest_pause_ms, 0) <= 2000 and ($speaker is null or speaker = $speaker)
),

counted as (
    select
        said.phrase,
        count(*) filter (where calls.in_period) as calls,
        count(*) filter (where not calls.in_period) as baseline_calls
    from said
    inner join calls on said.call_id = calls.call_id
    group by said.phrase
),

rates as (
    select
        asked.phrase,
        coalesce(counted.calls, 0) as calls,
        1000 * coalesce(counted.calls, 0) / nullif(totals.calls, 0) as per_1000_calls,
        coalesce(counted.baseline_calls, 0) as baseline_calls,
        1000 * coalesce(counted.baseline_calls, 0) / nullif(totals.baseline_calls, 0)
            as baseline_per_1000_calls,
        per_1000_calls / nullif(baseline_per_1000_calls, 0) as ratio,
        1.96 * sqrt(
            1 / nullif(counted.calls, 0) - 1 / totals.calls
            + 1 / nullif(counted.baseline_calls, 0) - 1 / totals.baseline_calls
        ) as log_width
    from asked
    cross join totals
    left join counted on asked.phrase = counted.phrase
),

trends as (
    select
        phrase,
        calls,
        per_1000_calls,
        baseline_calls,
        baseline_per_1000_calls,
        ratio,
        ratio * exp(-log_width) as ratio_low,
        ratio * exp(log_width) as ratio_high
    from rates
)

select * from trends
order by ratio desc nulls first, phrase asc
