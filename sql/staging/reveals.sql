-- name: reveals
-- question: Which kept values were shown to whom, when and why?
-- grain: one row per time a value was shown
-- key: reveal_id
-- columns:
--   reveal_id: the showing
--   finding_id: the finding whose value was shown; null if its call was erased
--   call_id: the call; null if it was erased
--   entity: what was shown, such as PHONE
--   key_id: the key it was opened with
--   revealed_by: the account that asked on its machine
--   revealed_at [UTC]: when
--   reason: why, in that person's words; null if the call was erased
--   call_date [UTC date]: the day of the call; null if unknown
-- empty: no kept value was ever shown
-- limits: the row is written before the value is shown; a value may not have been read after all
select
    reveal_id,
    finding_id,
    call_id,
    entity,
    key_id,
    revealed_by,
    revealed_at,
    reason,
    call_date
from stored.reveals
