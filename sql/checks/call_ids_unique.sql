-- name: call_ids_unique
-- question: Does every call have one row?
-- grain: one row per call_id that appears more than once
-- key: call_id
-- columns:
--   call_id: the call
--   copies: rows it has
-- empty: the promise holds
-- limits: sees landed calls only
with calls as (
    select call_id
    from calls
),

repeated as (
    select
        call_id,
        count(*) as copies
    from calls
    group by call_id
    having count(*) > 1
)

select * from repeated
