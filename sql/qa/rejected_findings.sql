-- name: rejected_findings
-- question: Which calls have a finding that a person rejected, and what had the detector taken it for?
-- grain: one row per rejected finding
-- key: finding_id
-- parameters:
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   finding_id: the finding
--   entity: what the detector had taken it for
--   reason: why it had
--   score [0-1]: how sure it was
--   tier: auto, flagged or review
--   speaker: who said it; null if unknown
--   start_ms [ms]: where it begins; null if the engine gives no word times
--   reviewer: who decided last; null if the decision itself is not in the lake
--   decided_at [UTC]: when; null if the decision itself is not in the lake
-- empty: nobody rejected a finding in a call of these days
-- limits: a finding that rules applied later no longer make has no row, though a person rejected it
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

findings as (
    select
        finding_id,
        call_id,
        call_date,
        entity,
        reason,
        score,
        tier,
        speaker,
        start_ms
    from redactions
    where
        review_status = 'rejected'
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

decisions as (
    select
        finding_id,
        arg_max(reviewer, decided_at) as reviewer,
        max(decided_at) as decided_at
    from reviews
    where finding_id is not null
    group by finding_id
),

rejected as (
    select
        findings.call_id,
        findings.call_date,
        calls.agent_id,
        calls.queue,
        findings.finding_id,
        findings.entity,
        findings.reason,
        findings.score,
        findings.tier,
        findings.speaker,
        findings.start_ms,
        decisions.reviewer,
        decisions.decided_at
    from findings
    inner join calls on findings.call_id = calls.call_id
    left join decisions on findings.finding_id = decisions.finding_id
)

select * from rejected
order by call_date, call_id, finding_id
