"""Where windows lie, against the published recipes written as loops."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from window_oracle import naive_owner, naive_spans

from spanbert.tasks.qa.layout import lay_out

CONTEXTS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 500)), min_size=1, max_size=4)


@given(CONTEXTS, st.integers(1, 600))
@settings(max_examples=150)
def test_windows_and_what_each_shows_best_equal_the_naive_ones(contexts, step):
    contexts = [(pieces, max(room, pieces // 40)) for pieces, room in contexts]  # not too many
    step = max(step, max(pieces for pieces, _ in contexts) // 40)
    layout = lay_out(*np.array(contexts).T, step)
    for number, (num_pieces, room) in enumerate(contexts):
        own = np.flatnonzero(layout.contexts == number)
        spans = naive_spans(num_pieces, room, step)
        assert list(zip(layout.starts[own], layout.ends[own], strict=True)) == spans
        owners = np.array([naive_owner(piece, spans) for piece in range(num_pieces)])
        for window, row in enumerate(own):
            best = np.flatnonzero(owners == window)
            assert best.tolist() == list(range(layout.best_starts[row], layout.best_ends[row]))
    assert (np.diff(layout.contexts) >= 0).all()


def test_a_last_window_so_much_shorter_that_its_lead_is_none_gets_what_it_alone_sees():
    layout = lay_out(np.array([602]), np.array([500]), 301)  # lengths 500 and 301: 1.99 of bonus
    assert layout.ends.tolist() == [500, 602]
    assert layout.best_starts.tolist() == [0, naive_first_of_second(602, 500, 301)]
    layout = lay_out(np.array([501]), np.array([500]), 300)  # one piece more on the right
    assert layout.best_starts.tolist() == [0, 500] == [0, naive_first_of_second(501, 500, 300)]


def naive_first_of_second(num_pieces, room, step):
    spans = naive_spans(num_pieces, room, step)
    return next(piece for piece in range(num_pieces) if naive_owner(piece, spans) == 1)


def test_trap_18_the_step_is_counted_from_start_to_start():
    layout = lay_out(np.array([20]), np.array([8]), 5)
    assert layout.starts.tolist() == [0, 5, 10, 15]
    assert layout.ends.tolist() == [8, 13, 18, 20]


def test_each_context_may_have_a_step_of_its_own():
    layout = lay_out(np.array([20, 20]), np.array([8, 8]), np.array([5, 12]))
    assert layout.starts.tolist() == [0, 5, 10, 15, 0, 8, 16]
    before, behind = layout.places()
    assert before.tolist() == [0, 1, 2, 3, 0, 1, 2]
    assert behind.tolist() == [3, 2, 1, 0, 2, 1, 0]


def test_some_windows_can_be_chosen_and_moved():
    layout = lay_out(np.array([20, 20]), np.array([8, 8]), np.array([5, 12]))
    moved = layout[layout.starts >= 15].moved(np.array([100, 7]))
    assert moved.contexts.tolist() == [0, 1]
    assert moved.starts.tolist() == [115, 23]
    assert moved.ends.tolist() == [120, 27]
    assert moved.best_ends.tolist() == [120, 27]
    assert (moved.best_starts >= moved.starts).all()
