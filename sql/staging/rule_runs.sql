-- name: rule_runs
-- question: Which rules were run over which calls, and when?
-- grain: one row per run
-- key: rules_hash, run_at
-- columns:
--   rules_hash: the version of the rules
--   run_at [UTC]: when the run began
--   rules [JSON]: the rules
--   since [UTC date]: first day of the calls; null without a limit
--   until [UTC date]: last day of the calls; null without a limit
--   calls: calls looked at
--   matches: calls matched, counted once for every rule
-- empty: no rules have been run
-- limits: a later run under the same hash has replaced what it looked at
select
    rules_hash,
    run_at,
    rules,
    since,
    until,
    calls,
    matches
from stored.rule_runs
