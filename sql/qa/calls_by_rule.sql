-- name: calls_by_rule
-- question: How many calls are in each category, by the rules that were run last?
-- grain: one row per rule of the version that was run last
-- key: rule
-- parameters:
--   queue (varchar, default none): only calls of this queue
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   rule: the rule, which is the category
--   about: what it is about, as the rules say it; null if they do not
--   rules_hash: the version of the rules
--   run_at [UTC]: when they were run last
--   calls: calls of these days that were looked at
--   matched_calls: those of them that the rule matches
--   matched_share [0-1]: their share; null if none was looked at
-- empty: no rules have been run
-- limits: calls that landed or were replaced since the run are not looked at: callarchive rules run
with latest as (
    select
        rules_hash,
        rules,
        run_at
    from rule_runs
    order by run_at desc, rules_hash asc
    limit 1
),

runs as (
    select
        rule_runs.run_at,
        rule_runs.since,
        rule_runs.until
    from rule_runs
    inner join latest on rule_runs.rules_hash = latest.rules_hash
),

calls as (
    select
        call_id,
        call_date,
        landed_at
    from calls
    where
        ($queue is null or queue = $queue)
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

looked_at as (
    select distinct calls.call_id
    from calls
    inner join runs
        on
            calls.landed_at <= runs.run_at
            and (runs.since is null or calls.call_date >= runs.since)
            and (runs.until is null or calls.call_date <= runs.until)
),

hits as (
    select distinct
        rule_hits.rule,
        rule_hits.call_id
    from rule_hits
    inner join latest on rule_hits.rules_hash = latest.rules_hash
),

rules as (
    select rule
    from hits
    union
    select unnest(json_keys(rules, '$.rules'))
    from latest
),

counted as (
    select
        rules.rule,
        count(looked_at.call_id) as matched_calls
    from rules
    left join hits on rules.rule = hits.rule
    left join looked_at on hits.call_id = looked_at.call_id
    group by rules.rule
),

answers as (
    select
        counted.rule,
        json_extract_string(latest.rules, '$.rules."' || counted.rule || '".about') as about,
        latest.rules_hash,
        latest.run_at,
        (select count(*) from looked_at) as calls,
        counted.matched_calls,
        counted.matched_calls / nullif((select count(*) from looked_at), 0) as matched_share
    from counted
    cross join latest
)

select * from answers
order by matched_calls desc, rule asc
