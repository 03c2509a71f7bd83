"""Sentence-transformers models of any architecture, small enough to be made and trained in a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.small import sentences

# The padding has the number 1, as MPNet takes for granted.
UNK, PAD, CLS, SEP, MASK = SPECIAL = ("[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]")
WIDTH = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}


def tiny_tokenizer() -> Any:
    """WordPiece over the words of the small corpus, and their first three letters."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = sorted({word.strip(".") for row in sentences(16) for word in row.text.lower().split()})
    pieces = [*SPECIAL, ".", *words, *sorted({f"##{word[3:]}" for word in words if len(word) > 3})]
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token=UNK))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(mark, SPECIAL.index(mark)) for mark in (CLS, SEP)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{CLS} $A {SEP}", special_tokens=ends)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, unk_token=UNK, cls_token=CLS, sep_token=SEP, mask_token=MASK
    )


def tiny_encoder(folder: Path, architecture: str, **config: Any) -> str:
    """Return the folder of a sentence-transformers model with random weights, such as ``architecture="Bert"``."""
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    tokenizer = tiny_tokenizer()
    kind = getattr(transformers, f"{architecture}Model")
    torch.manual_seed(0)
    model = kind(kind.config_class(vocab_size=len(tokenizer), pad_token_id=SPECIAL.index(PAD), **config))
    model.save_pretrained(folder / "transformer")
    tokenizer.save_pretrained(folder / "transformer")
    transformer = Transformer(str(folder / "transformer"))
    pooling = Pooling(transformer.get_embedding_dimension(), "mean")
    SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder / "model"))
    return str(folder / "model")


# What converted encoders are asked, of many lengths; and a target at a time.
TEXTS = [*dict.fromkeys(s.text for s in sentences(8)), "a", "", "  A deal. ", " ".join(["deal"] * 60)]
READINGS = [(text, target) for text in TEXTS for target in ("the deal", "Kyiv and the north", " ")]


def tiny_encoders(folder: Path) -> dict[str, str]:
    """Put a small BERT, a small MPNet, whose attention knows relative positions, and another into a folder."""
    return {kind: tiny_encoder(folder / kind, kind, **WIDTH) for kind in ("Bert", "MPNet", "Roberta")}
