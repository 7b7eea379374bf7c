-- name: rule_hits
-- question: Which calls belong to which category, and what was said or heard that makes them?
-- grain: one row per rules version, call, rule and place that made the rule match
-- key: rules_hash, call_id, rule, place
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   rules_hash: the version of the rules
--   rule: the rule, which is the category
--   place: the evidence's place in time among the call's and the rule's, from 1
--   speaker: who says it, who spoke last before the dead air, or who interrupts; null where nothing is shown
--   start_ms [ms]: where it begins; null where the rule matches because something is missing
--   end_ms [ms]: where it ends; null where the rule matches because something is missing
--   words: what was said, as redacted; null for dead air, talk-over and what is missing
-- empty: no rules have been run, or none matches
-- limits: says nothing of calls that landed after the rules were run: callarchive rules run
select
    call_id,
    call_date,
    rules_hash,
    rule,
    place,
    speaker,
    start_ms,
    end_ms,
    words
from stored.rule_hits
