"""Low-rank adapters: what a tuned encoder adds to the weights it began with, in the model and on disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from framing.errors import EncoderError
from framing.files import new_folder, sha256
from framing.model.encoders.weights import cache_folder

if TYPE_CHECKING:
    from framing.model.encoders.tuning import EncoderTuner

LAYERS = ("attention", "all")
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")


def adaptable_layers(transformer: Any, layers: str = "all") -> list[str]:
    """Return the names of the linear layers in a transformer's blocks, in its order.

    A block is what stands in a list of modules: every architecture repeats its layers so. Poolers, heads and
    projections of the embeddings stand beside the lists, and are left out.

    Parameters
    ----------
    transformer
        A model of transformers.
    layers
        ``"all"``, or ``"attention"``: those that lie in a module whose name has ``attention`` or ``attn`` in it.

    Examples
    --------
    >>> from transformers import MPNetConfig, MPNetModel
    >>> config = MPNetConfig(vocab_size=9, hidden_size=4, num_hidden_layers=1, num_attention_heads=1)
    >>> adaptable_layers(MPNetModel(config), "attention")[-1]
    'encoder.layer.0.attention.attn.o'
    """
    from torch.nn import Linear, ModuleList
    from transformers.pytorch_utils import Conv1D

    modules = dict(transformer.named_modules())
    blocks = tuple(f"{name}." for name, module in modules.items() if isinstance(module, ModuleList))
    found = [name for name, m in modules.items() if isinstance(m, Linear | Conv1D) and name.startswith(blocks)]
    if layers == "all":
        return found
    return [name for name in found if "attention" in name.lower() or "attn" in name.lower()]


def add_adapter(model: Any, options: EncoderTuner) -> None:
    """Put an adapter that has learnt nothing yet beside the weights of a sentence-transformers model.

    Raises
    ------
    EncoderError
        The model is no transformer, or has no layers of the kind that the options ask for.
    """
    from peft import LoraConfig
    from transformers.pytorch_utils import Conv1D

    transformer: Any = getattr(model[0], "auto_model", None)
    found = [] if transformer is None else adaptable_layers(transformer)
    if not found:
        raise EncoderError(
            f"encoder {options.model}: it has no blocks of linear layers, so no adapter can be put in; use the encoder "
            "frozen"
        )
    if options.layers == "attention" and not (found := adaptable_layers(transformer, "attention")):
        raise EncoderError(
            f"encoder {options.model}: the names of its layers do not tell which are the attention's; take "
            "encoder.layers=all"
        )
    model.add_adapter(
        LoraConfig(
            r=options.rank,
            lora_alpha=2 * options.rank if options.alpha is None else options.alpha,
            target_modules=found,
            task_type="FEATURE_EXTRACTION",
            # Conv1D is the linear layer of GPT-2 and its kin, its weights transposed.
            fan_in_fan_out=isinstance(transformer.get_submodule(found[0]), Conv1D),
        )
    )
    # A set, it would be written in another order each time, and the digest of the file would say nothing.
    for config in transformer.peft_config.values():
        config.target_modules = sorted(config.target_modules)


def adapter_digest(folder: str | Path) -> str:
    """Return the sha256 of an adapter's files."""
    for name in ADAPTER_FILES:
        if not (Path(folder) / name).is_file():
            raise EncoderError(f"adapter {folder}: {name} is missing; train the model again")
    return sha256(*(Path(folder) / name for name in ADAPTER_FILES))


def copy_adapter(source: str | Path, destination: Path) -> None:
    """Copy the files of an adapter into a folder, which is made where it is missing."""
    destination.mkdir(parents=True, exist_ok=True)
    for name in ADAPTER_FILES:
        shutil.copyfile(Path(source) / name, destination / name)


def keep_adapter(folder: Path) -> str:
    """Return a place that lasts for an adapter in a folder that may go, such as a download from a store."""
    place = cache_folder() / "adapters" / adapter_digest(folder)[:32]
    if not place.is_dir():
        try:
            with new_folder(place) as kept:
                copy_adapter(folder, kept)
        except OSError:
            return str(folder)
    return str(place)


def merge_adapter(model: Any, adapter: str) -> None:
    """Add an adapter to the weights themselves, so that it costs nothing when texts are encoded."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    model.load_adapter(adapter)
    for name, module in list(model.named_modules()):
        if isinstance(module, BaseTunerLayer):
            module.merge()
            # What is left around the layer does nothing any more, and takes its time at each pass.
            parent, _, child = name.rpartition(".")
            setattr(model.get_submodule(parent), child, module.get_base_layer())
