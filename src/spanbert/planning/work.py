"""Parameters of a model and the floating-point operations that training it takes, per token.

A multiplication and an addition are two operations (FLOP). Only matrix products are counted; the
rest is in the share of the peak that is reached (`hardware.py`). The backward pass takes twice the
forward pass (Kaplan et al., arXiv 2001.08361, section 2.1).
"""

from dataclasses import dataclass

from spanbert.config import Config
from spanbert.model.config import ModelConfig
from spanbert.objectives.config import ObjectiveConfig

_PASSES = 3  # forward, and backward which is two of it
_PASSES_CHECKPOINTED = 4  # the encoder's forward pass is made again

# The published masking simulated on blocks of 510 pieces, 1.25 to a word (docs/scaling.md)
_SBO_COVERAGE = 0.98  # share of masked tokens that get a boundary target
_SPANS_PER_PIECE = 15.2 / 510


@dataclass(frozen=True)
class Layout:
    """How text lies in a batch, for each position that is computed."""

    attended: float  # positions that a position attends to, in the mean
    mlm_rows: float  # rows that the masked-token head projects to the vocabulary
    sbo_rows: float  # rows of the span boundary head
    fill: float = 1.0  # share of the positions that hold a token; the others are padding


def packed_layout(config: Config, segment_tokens: float) -> Layout:
    """Ours: no padding, and the heads see only the rows that have a target.

    Args:
        segment_tokens: mean length of a segment with its special tokens. Exact where all are of
            one length; else a little low, since long segments hold more of the tokens.
    """
    masked = config.masking.mask_rate
    sbo_rows = masked * _SBO_COVERAGE if config.objective.has_sbo else 0.0
    return Layout(attended=segment_tokens, mlm_rows=masked, sbo_rows=sbo_rows)


def published_layout(config: Config, fill: float) -> Layout:
    """The published code's: every position goes to the masked-token head, every slot to the other.

    A slot is one of `max_sbo_pieces` places of a span, used or not
    (SpanBERT, pretraining/fairseq/models/pair_bert.py).
    """
    slots = _SPANS_PER_PIECE * config.objective.max_sbo_pieces
    sbo_rows = slots if config.objective.has_sbo else 0.0
    longest = float(config.shards.max_pieces + 2)  # with [CLS] and [SEP]
    return Layout(attended=longest, mlm_rows=1.0, sbo_rows=sbo_rows, fill=fill)


def encoder_parameters(model: ModelConfig) -> int:
    """Embeddings and layers, without pooler and heads (BERT, section 3)."""
    hidden = model.hidden_size
    rows = model.vocab_size + model.max_positions + model.num_token_types
    embeddings = rows * hidden + 2 * hidden
    biases_and_norms = 9 * hidden + model.intermediate_size  # 3+1+1 biases, 2 norms of 2
    return embeddings + model.num_layers * (_layer_matrices(model) + biases_and_norms)


def training_parameters(model: ModelConfig, objective: ObjectiveConfig) -> int:
    """Everything that is trained and kept in a checkpoint: encoder and heads."""
    hidden, vocab = model.hidden_size, model.vocab_size
    total = encoder_parameters(model) + _mlm_matrices(model) + 3 * hidden + vocab
    if objective.has_sbo:
        position = objective.max_sbo_pieces * objective.sbo_position_size
        total += _sbo_matrices(model, objective) + position + 6 * hidden + vocab
    if objective.nsp:
        total += hidden * hidden + hidden + 2 * hidden + 2
    return total


def encoder_flops(model: ModelConfig, attended: float) -> float:
    """FLOP of the encoder's forward pass for one position: 2 x matrices + 4 S H for each layer."""
    attention = 4 * attended * model.hidden_size  # scores, and their sum of values
    return model.num_layers * (2 * _layer_matrices(model) + attention)


def head_flops(config: Config, layout: Layout) -> float:
    """FLOP of the heads' forward pass for one position, spread over all positions.

    Next sentence prediction has one row a segment and is left out.
    """
    model, vocabulary = config.model, config.model.vocab_size * config.model.hidden_size
    mlm_row = 2 * (_mlm_matrices(model) + vocabulary)
    sbo_row = 2 * (_sbo_matrices(model, config.objective) + vocabulary)
    return layout.mlm_rows * mlm_row + layout.sbo_rows * sbo_row


def step_flops(config: Config, layout: Layout, *, checkpointed: bool = False) -> float:
    """FLOP that a training step executes for one token of text, padding included."""
    passes = _PASSES_CHECKPOINTED if checkpointed else _PASSES
    encoder = passes * encoder_flops(config.model, layout.attended)
    return (encoder + _PASSES * head_flops(config, layout)) / layout.fill


def _layer_matrices(model: ModelConfig) -> int:
    """Query, key, value and output, and the two of the feed-forward part."""
    return 4 * model.hidden_size**2 + 2 * model.hidden_size * model.intermediate_size


def _mlm_matrices(model: ModelConfig) -> int:
    """Without the table that is tied to the word embeddings."""
    return model.hidden_size**2


def _sbo_matrices(model: ModelConfig, objective: ObjectiveConfig) -> int:
    """Two linear maps: of both boundaries and the place, and of what comes out."""
    hidden = model.hidden_size
    return (2 * hidden + objective.sbo_position_size) * hidden + hidden**2
