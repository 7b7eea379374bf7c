-- name: redactions_by_type
-- question: What kinds of personal data were found, how often, and what became of it?
-- grain: one row per entity
-- key: entity
-- parameters:
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   entity: what was found, such as CARD_NUMBER
--   findings: how often
--   taken_out: findings taken out of text and sound (auto and flagged)
--   flagged: of these, the ones worth a look
--   left_for_review: findings left in until a person decides
--   calls: calls with at least one
--   mean_score [0-1]: how sure the detector was, on average
-- empty: nothing personal was found in these days
-- limits: counts findings, not what was missed; one number said in two turns may be two findings
with redactions as (
    select
        call_id,
        entity,
        tier,
        score
    from redactions
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

entities as (
    select
        entity,
        count(*) as findings,
        count(*) filter (where tier in ('auto', 'flagged')) as taken_out,
        count(*) filter (where tier = 'flagged') as flagged,
        count(*) filter (where tier = 'review') as left_for_review,
        count(distinct call_id) as calls,
        avg(score) as mean_score
    from redactions
    group by entity
)

select * from entities
order by findings desc, entity asc
