-- name: reviews
-- question: What did people decide about findings and doubtful words?
-- grain: one row per decision
-- key: review_id
-- columns:
--   review_id: the decision
--   call_id: the call
--   finding_id: the finding decided on; null for a doubtful word
--   reviewer: who decided
--   decided_at [UTC]: when
--   decision: what was decided
--   before: what stood there before
--   after: what stands there now
--   reason: why, in the reviewer's words
--   call_date [UTC date]: the day of the call; null if unknown
-- empty: nobody has reviewed anything
-- limits: a later decision on the same finding is a further row; the newest counts
select
    review_id,
    call_id,
    finding_id,
    reviewer,
    decided_at,
    decision,
    before,
    after,
    reason,
    call_date
from stored.reviews
