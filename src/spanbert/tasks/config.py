"""Settings of fine-tuning."""

from dataclasses import dataclass

from spanbert.validation import require


@dataclass(frozen=True)
class QAConfig:
    """Extractive question answering (SpanBERT, section 4.1 and appendix B)."""

    train: tuple[str, ...] = ()  # files in SQuAD layout, plain or compressed
    dev: tuple[str, ...] = ()
    max_length: int = 512  # pieces of one window, question and special tokens included
    window_step: int = 128  # pieces from one window's start to the next one's
    max_question_pieces: int = 64
    passage_first: bool = False  # the paper's order; the official code has the question first
    epochs: int = 4
    batch_size: int = 32  # windows
    learning_rate: float = 2e-5
    warmup_fraction: float = 0.1
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    num_best: int = 20  # starts and ends considered for each window
    max_answer_pieces: int = 30

    def __post_init__(self) -> None:
        room = self.max_length - self.max_question_pieces - 3  # [CLS] question [SEP] context [SEP]
        require(
            room >= 8,
            f"qa.max_length = {self.max_length} leaves {room} pieces for the passage beside"
            f" qa.max_question_pieces = {self.max_question_pieces}",
        )
        require(self.window_step >= 1, f"qa.window_step = {self.window_step} < 1")
        for name in ["epochs", "batch_size", "num_best", "max_answer_pieces"]:
            require(getattr(self, name) >= 1, f"qa.{name} = {getattr(self, name)} < 1")
