-- name: categories
-- question: How many calls belong to each category?
-- grain: one row per rules version, rule and queue
-- key: rules_hash, rule, queue
-- parameters:
--   rules_hash (varchar, default none): only this version of the rules; none for the one that was run last
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   rules_hash: the version of the rules
--   rule: the rule, which is the category
--   queue: the queue; null if unknown
--   calls: calls of the queue that belong to it
--   call_share [0-1]: part of the queue's calls
-- empty: no rules have been run, or none matches in these days
-- limits: a call that landed after the rules were run counts as one that does not match
with calls as (
    select
        call_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

versions as (
    select coalesce($rules_hash, max_by(rules_hash, run_at)) as asked_hash from rule_runs
),

matches as (
    select distinct
        rule_hits.rules_hash,
        rule_hits.rule,
        rule_hits.call_id
    from rule_hits
    inner join versions on rule_hits.rules_hash = versions.asked_hash
),

queues as (
    select
        queue,
        count(*) as calls
    from calls
    group by queue
),

counted as (
    select
        matches.rules_hash,
        matches.rule,
        calls.queue,
        count(*) as calls
    from matches
    inner join calls on matches.call_id = calls.call_id
    group by matches.rules_hash, matches.rule, calls.queue
),

categories as (
    select
        counted.rules_hash,
        counted.rule,
        counted.queue,
        counted.calls,
        counted.calls / queues.calls as call_share
    from counted
    inner join queues on counted.queue is not distinct from queues.queue
)

select * from categories
order by calls desc, rule asc, queue asc, rules_hash asc
