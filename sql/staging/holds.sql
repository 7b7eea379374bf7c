-- name: holds
-- question: Which legal holds were put on calls, customers and queues, and which were lifted?
-- grain: one row per hold put on or lifted
-- key: hold_id
-- columns:
--   hold_id: the row
--   action: add or remove
--   kind: call, customer or queue
--   subject: the call's id, the customer's key or the queue; of a call that was erased later a keyed hash
--   reason: why, in that person's words
--   noted_by: the account that asked on its machine
--   noted_at [UTC]: when
-- empty: there never was a hold
-- limits: the last row of a kind and subject counts; a legal hold is no hold of `hold_segments`
select
    hold_id,
    action,
    kind,
    subject,
    reason,
    noted_by,
    noted_at
from stored.holds
