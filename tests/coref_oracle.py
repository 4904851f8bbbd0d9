"""The reference scorer's rules, written from the definitions as plainly as they can be put.

Lists, sets and loops over one document at a time; alignments are tried one after another, so it is
for small clusterings alone.
"""

from itertools import combinations, permutations


def kept_predictions(gold, predicted):
    """Predicted clusters without gold mentions that an earlier cluster, or place, has already."""
    wanted = {mention for cluster in gold for mention in cluster}
    seen, kept = set(), []
    for cluster in predicted:
        own = []
        for mention in cluster:
            if mention in wanted and mention in seen:
                continue
            seen.add(mention)
            own.append(mention)
        kept.append(own)
    return [cluster for cluster in kept if cluster]


def last_home(clusters, mention):
    """The last cluster that holds a mention, or nothing."""
    homes = [cluster for cluster in clusters if mention in cluster]
    return homes[-1] if homes else []


def muc(gold, predicted):
    """Links of a predicted cluster that are right: its mentions less its parts, gold ones alone."""
    correct = 0
    for cluster in predicted:
        homes = [id(last_home(gold, m)) for m in cluster if last_home(gold, m)]
        correct += len(homes) - len(set(homes))
    links = [sum(len(cluster) - 1 for cluster in side) for side in (gold, predicted)]
    return correct, links[0], correct, links[1]


def bcub(gold, predicted):
    """A mention at a time."""
    recall = precision = 0
    for cluster in predicted:
        for mention in cluster:
            home = last_home(gold, mention)
            common = sum(other in home for other in cluster)
            precision += common / len(cluster)
            recall += common / len(home) if home else 0
    return recall, sum(map(len, gold)), precision, sum(map(len, predicted))


def best_alignment(gold, predicted, likeness):
    """The largest sum of likenesses over all ways to align clusters one to one."""
    if len(gold) > len(predicted):
        return best_alignment(predicted, gold, lambda a, b: likeness(b, a))
    return max(
        sum(likeness(a, b) for a, b in zip(gold, chosen, strict=True))
        for chosen in permutations(predicted, len(gold))
    )


def common(gold_cluster, predicted_cluster):
    return sum(mention in predicted_cluster for mention in gold_cluster)


def ceafm(gold, predicted):
    total = best_alignment(gold, predicted, common)
    return total, sum(map(len, gold)), total, sum(map(len, predicted))


def ceafe(gold, predicted):
    total = best_alignment(gold, predicted, lambda a, b: 2 * common(a, b) / (len(a) + len(b)))
    return total, len(gold), total, len(predicted)


def links(clusters):
    """Pairs within clusters and pairs between them, as sets."""
    within = {tuple(sorted(p)) for cluster in clusters for p in combinations(cluster, 2)}
    between = {
        tuple(sorted((a, b)))
        for one, other in combinations(clusters, 2)
        for a in one
        for b in other
    }
    return within, between


def blanc(gold, predicted):
    """Numbers of links: common, gold, predicted, of each kind."""
    return [
        len(number)
        for mine, other in zip(links(gold), links(predicted), strict=True)
        for number in (mine & other, mine, other)
    ]


def mentions(gold, predicted):
    sides = [{mention for cluster in side for mention in cluster} for side in (gold, predicted)]
    found = len(sides[0] & sides[1])
    return found, len(sides[0]), found, len(sides[1])


def over(numerator, denominator):
    return numerator / denominator if denominator else 0


def f1(recall, precision):
    return over(2 * recall * precision, recall + precision)


def scores(documents):
    """All scores in percent; counts of documents are summed first."""
    documents = [
        ([list(c) for c in gold if c], kept_predictions(gold, predicted))
        for gold, predicted in documents
    ]
    result = {}
    for metric in (muc, bcub, ceafm, ceafe, mentions):
        sums = [sum(values) for values in zip(*(metric(*d) for d in documents), strict=True)]
        a, b, c, d = sums or [0, 0, 0, 0]
        recall, precision = over(a, b), over(c, d)
        result[metric.__name__] = percent(recall, precision, f1(recall, precision))
    sums = [sum(values) for values in zip(*(blanc(*d) for d in documents), strict=True)]
    result["blanc"] = percent(*blanc_of_counts(*(sums or [0] * 6)))
    averaged = [result[name]["f1"] for name in ("muc", "bcub", "ceafe")]
    return result | {"conll_f1": sum(averaged) / 3}


def blanc_of_counts(common_in, gold_in, predicted_in, common_out, gold_out, predicted_out):
    """A kind of link that gold has not is left out."""
    kinds = []
    for right, gold, predicted in (
        (common_in, gold_in, predicted_in),
        (common_out, gold_out, predicted_out),
    ):
        if gold:
            recall, precision = over(right, gold), over(right, predicted)
            kinds.append((recall, precision, f1(recall, precision)))
    if not kinds:
        return 0, 0, 0
    return [sum(values) / len(kinds) for values in zip(*kinds, strict=True)]


def percent(recall, precision, f):
    return {"recall": 100 * recall, "precision": 100 * precision, "f1": 100 * f}
