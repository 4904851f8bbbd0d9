"""The published recipes for windows over a context, as loops."""


def naive_spans(num_pieces, room, step):
    """The published recipe: go on until the window that sees the end."""
    spans, start = [], 0
    while True:
        length = min(num_pieces - start, room)
        spans.append((start, start + length))
        if start + length == num_pieces:
            return spans
        start += min(length, step)


def naive_owner(piece, spans):
    """The published max-context rule for one piece, in hundredths, which are exact."""
    best, owner = None, None
    for number, (start, end) in enumerate(spans):
        if start <= piece < end:
            score = 100 * min(piece - start, end - 1 - piece) + (end - start)
            if best is None or score > best:
                best, owner = score, number
    return owner
