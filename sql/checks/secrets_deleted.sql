-- name: secrets_deleted
-- question: Is nothing kept of card verification values, PINs, one-time codes, passwords and secret answers?
-- grain: one row per finding of such a secret that was numbered, pseudonymised or kept
-- key: finding_id
-- columns:
--   finding_id: the finding
--   call_id: the call
--   entity: what was found
--   mode: how it was taken out
-- empty: the promise holds
-- limits: a secret that was taken for something else is not seen here
with redactions as (
    select
        finding_id,
        call_id,
        entity,
        mode,
        key_id
    from redactions
),

kept as (
    select
        finding_id,
        call_id,
        entity,
        mode
    from redactions
    where
        entity in ('CARD_CVV', 'PIN', 'OTP', 'PASSWORD', 'SECURITY_ANSWER')
        and (mode in ('numbered', 'pseudonym', 'reversible') or key_id is not null)
)

select * from kept
