-- name: finding_ids_unique
-- question: Does every finding have one row and a known tier?
-- grain: one row per finding_id that is repeated, or has a tier that does not exist
-- key: finding_id
-- columns:
--   finding_id: the finding
--   call_id: the call; one of them if several share the finding_id
--   copies: rows it has
--   unknown_tiers: rows with a tier other than auto, flagged or review
-- empty: the promise holds
-- limits: the entity's name is not checked
with redactions as (
    select
        finding_id,
        call_id,
        tier
    from redactions
),

counted as (
    select
        finding_id,
        min(call_id) as call_id,
        count(*) as copies,
        count(*) filter (where coalesce(tier not in ('auto', 'flagged', 'review'), true)) as unknown_tiers
    from redactions
    group by finding_id
),

broken as (
    select * from counted
    where copies > 1 or unknown_tiers > 0
)

select * from broken
