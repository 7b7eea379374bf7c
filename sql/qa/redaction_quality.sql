-- name: redaction_quality
-- question: How much of what is redacted is right, and how much is missed, as people judged random samples?
-- grain: one row per entity that was redacted in a sample, or missed in one
-- key: entity
-- parameters:
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   entity: the kind of personal data
--   judged: sampled redactions that people judged
--   right_ones: those of them that are right, be it with other words
--   missed: places marked in sampled turns that had no finding
--   precision_share [0-1]: share of the judged that is right; null if none was judged
--   precision_low [0-1]: lower bound of its 95 % interval (Wilson)
--   precision_high [0-1]: upper bound of it
--   recall_share [0-1]: right ones by right ones and missed; null if there is neither
--   recall_low [0-1]: lower bound of its 95 % interval (Wilson)
--   recall_high [0-1]: upper bound of it
-- empty: nobody has decided about a random sample of calls of these days, or nothing of it is applied yet
-- limits: tells of what is redacted without a doubt (tier auto) and of turns without findings, for these are
--   sampled; what is flagged is decided one by one; both samples have the same share, on which recall rests
with withdrawn as (
    select undoes
    from reviews
    where undoes is not null
),

sampled as (
    select
        review_id,
        call_id,
        finding_id,
        decided_at,
        decision,
        json_extract_string(before, '$.entity') as entity_before,
        json_extract_string(after, '$.entity') as entity_after,
        kind
    from reviews
    where
        kind in ('sample_redacted', 'sample_untouched')
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

standing as (
    select sampled.*
    from sampled
    anti join withdrawn on sampled.review_id = withdrawn.undoes
),

-- A lead's word comes last: what two people differ on is decided by one afterwards.
last_words as (
    select
        finding_id,
        arg_max(decision, (decided_at, review_id)) as decision,
        arg_max(entity_before, (decided_at, review_id)) as entity_before,
        arg_max(entity_after, (decided_at, review_id)) as entity_after
    from standing
    where kind = 'sample_redacted' and decision in ('accepted', 'rejected', 'changed')
    group by finding_id
),

judgements as (
    select
        entity_before as entity,
        decision = 'accepted' or coalesce(entity_after = entity_before, false) as is_right,
        false as is_missed
    from last_words
    union all
    select
        entity_after as entity,
        false as is_right,
        true as is_missed
    from standing
    where kind = 'sample_untouched' and decision = 'missed'
),

counted as (
    select
        entity,
        count(*) filter (where not is_missed) as judged,
        count(*) filter (where is_right) as right_ones,
        count(*) filter (where is_missed) as missed
    from judgements
    group by entity
),

shares as (
    select
        *,
        right_ones / nullif(judged, 0) as precision_share,
        3.841459 / nullif(judged, 0) as precision_spread,
        right_ones / nullif(right_ones + missed, 0) as recall_share,
        3.841459 / nullif(right_ones + missed, 0) as recall_spread
    from counted
),

halves as (
    select
        *,
        (precision_share + precision_spread / 2) / (1 + precision_spread) as precision_middle,
        sqrt(precision_share * (1 - precision_share) * precision_spread + precision_spread ** 2 / 4)
        / (1 + precision_spread) as precision_half,
        (recall_share + recall_spread / 2) / (1 + recall_spread) as recall_middle,
        sqrt(recall_share * (1 - recall_share) * recall_spread + recall_spread ** 2 / 4)
        / (1 + recall_spread) as recall_half
    from shares
),

quality as (
    select
        entity,
        judged,
        right_ones,
        missed,
        precision_share,
        round(precision_middle - precision_half, 9) as precision_low,
        round(precision_middle + precision_half, 9) as precision_high,
        recall_share,
        round(recall_middle - recall_half, 9) as recall_low,
        round(recall_middle + recall_half, 9) as recall_high
    from halves
)

select * from quality
order by entity
