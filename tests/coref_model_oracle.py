"""The coreference model's formulas, written out span by span and pair by pair.

Lee et al. (2017, 2018) and Joshi et al. (2019), with the weights of a model but none of its code:
loops, lists and one number at a time. `hidden` is what the encoder gives of all pieces.
"""

import torch

BUCKETS = [0, 1, 2, 3, 4, 5, 5, 5] + [6] * 8 + [7] * 16 + [8] * 32  # of distances below 64


def bucket(distance):
    return BUCKETS[distance] if distance < 64 else 9


def network(scorer, vector):
    """w2 . relu(W1 v + b1) + b2."""
    inner = torch.relu(scorer.hidden.weight @ vector + scorer.hidden.bias)
    return scorer.output.weight[0] @ inner + scorer.output.bias[0]


def candidates(document, max_width):
    """All runs of words in one sentence, at most so many pieces wide."""
    found = []
    for start in range(len(document.sentences)):
        for end in range(start + 1, len(document.sentences) + 1):
            is_one_sentence = len(set(document.sentences[start:end].tolist())) == 1
            width = document.word_bounds[end] - document.word_bounds[start]
            if is_one_sentence and width <= max_width:
                found.append((start, end))
    return found


def vector(head, hidden, document, span):
    """g = [x_start; x_end; width; mean by attention]."""
    start, end = (int(document.word_bounds[word]) for word in span)
    pieces = hidden[start:end]
    logits = [head.spans.attention.weight[0] @ x + head.spans.attention.bias[0] for x in pieces]
    shares = torch.stack(logits).softmax(0)
    mean = sum(share * x for share, x in zip(shares, pieces, strict=True))
    width = head.spans.width.weight[end - start - 1]
    return torch.cat([pieces[0], pieces[-1], width, mean])


def mention_score(head, g, document, span):
    start, end = (int(document.word_bounds[word]) for word in span)
    table = head.mentions.widths
    by_width = network(table.network, table.embedding.weight[end - start - 1])
    return network(head.mentions.vectors, g) + by_width


def crosses(one, other):
    (a, b), (c, d) = one, other
    return a < c < b < d or c < a < d < b


def pruned(spans, scores, limit):
    """The best first; of equal ones the first; none that crosses a kept one."""
    kept = []
    for place in sorted(range(len(spans)), key=lambda i: (-scores[i].item(), i)):
        if len(kept) < limit and not any(crosses(spans[place], span) for span in kept):
            kept.append(spans[place])
    return sorted(kept)


def pair_features(head, document, config, i, j, spans):
    features = head.links.fine.features
    pieces = [int(document.word_bounds[spans[k][0]]) for k in (i, j)]
    numbers = [
        next(n for n, (start, end) in enumerate(document.segments) if start <= piece < end)
        for piece in pieces
    ]
    apart = min(numbers[0] - numbers[1], config.max_training_segments - 1)
    same = document.speakers[spans[i][0]] == document.speakers[spans[j][0]]
    return torch.cat(
        [
            features.same_speaker.weight[int(same)],
            features.genre.weight[document.genre],
            features.distance.weight[bucket(i - j)],
            features.segment_distance.weight[apart],
        ]
    )


def fine_score(head, g_i, g_j, features):
    """A hidden layer over [g_i; g_j; g_i * g_j; features], as one matrix."""
    fine = head.links.fine
    matrices = [fine.mention.weight, fine.antecedent.weight, fine.product.weight]
    matrix = torch.cat([*matrices, fine.scorer.hidden.weight], dim=1)
    inner = matrix @ torch.cat([g_i, g_j, g_i * g_j, features]) + fine.scorer.hidden.bias
    return fine.scorer.output.weight[0] @ torch.relu(inner) + fine.scorer.output.bias[0]


def coarse_score(head, vectors, mentions, i, j):
    coarse = head.links.coarse
    projected = coarse.bilinear.weight @ vectors[i] + coarse.bilinear.bias
    table = coarse.distances
    prior = table.network.weight[0] @ table.embedding.weight[bucket(i - j)] + table.network.bias[0]
    return mentions[i] + mentions[j] + projected @ vectors[j] + prior


def refined(head, vectors, scores):
    """Each vector mixed with the mean of its antecedents."""
    gate, new = head.links.refinement.gate, []
    for i, own in enumerate(vectors):
        places = list(scores[i])
        shares = torch.stack([own.new_zeros(()), *(scores[i][j] for j in places)]).softmax(0)
        mean = shares[0] * own
        for share, j in zip(shares[1:], places, strict=True):
            mean = mean + share * vectors[j]
        f = torch.sigmoid(gate.weight @ torch.cat([own, mean]) + gate.bias)
        new.append(f * mean + (1 - f) * own)
    return new


def link_scores(model, document, config, hidden):
    """Kept spans, their mention scores, and for each span {antecedent: score}."""
    head = model.coref_head
    every = candidates(document, config.max_span_width)
    all_scores = [
        mention_score(head, vector(head, hidden, document, span), document, span) for span in every
    ]
    limit = min(config.max_spans, int(config.span_ratio * document.num_tokens))
    spans = pruned(every, all_scores, max(1, limit))
    vectors = [vector(head, hidden, document, span) for span in spans]
    mentions = [mention_score(head, g, document, s) for g, s in zip(vectors, spans, strict=True)]
    coarse = []
    for i in range(len(spans)):
        scores = {j: coarse_score(head, vectors, mentions, i, j) for j in range(i)}
        best = sorted(scores, key=lambda j: (-scores[j].item(), j))[: config.max_antecedents]
        coarse.append({j: scores[j] for j in best})
    for number in range(config.refinement_rounds + 1):
        if number:
            vectors = refined(head, vectors, scores)
        scores = [
            {
                j: score
                + fine_score(
                    head,
                    vectors[i],
                    vectors[j],
                    pair_features(head, document, config, i, j, spans),
                )
                for j, score in row.items()
            }
            for i, row in enumerate(coarse)
        ]
    return spans, mentions, scores


def loss(document, config, spans, mentions, scores):
    """-sum of log P(right), and with singletons that of being a mention or none."""
    gold = {}
    for span, cluster in zip(document.gold.spans.tolist(), document.gold.clusters, strict=True):
        gold[tuple(span)] = int(cluster)
    total = 0.0
    for i, span in enumerate(spans):
        right = [j for j in scores[i] if span in gold and gold.get(spans[j]) == gold[span]]
        parts = [torch.exp(scores[i][j]) for j in right] or [torch.ones_like(mentions[i])]
        total = total - torch.log(sum(parts) / (1 + sum(map(torch.exp, scores[i].values()))))
        if config.singletons:
            p = 1 / (1 + torch.exp(-mentions[i]))
            total = total - torch.log(p if span in gold else 1 - p)
    return total
