"""The tutorial can be done: each of its commands runs, and prints what the page says."""

from __future__ import annotations

from tests import tutorial


def test_each_command_of_the_tutorial_runs_and_prints_what_the_page_says(tmp_path, _empty_store):
    page = tutorial.PAGE.read_text(encoding="utf-8")
    tutorial.prepare(tmp_path, page)
    (tmp_path / "mlflow.db").write_bytes(_empty_store.read_bytes())  # else the first training builds it: seconds
    found = tutorial.steps(page)
    assert len(found) >= 11
    for step in found:
        printed = tutorial.run(step.command, tmp_path)
        assert tutorial.alike(printed, step.printed), (
            f"{step.command}\nprinted:\n{printed}\non the page:\n{step.printed}"
        )


def test_numbers_may_differ_a_little_and_words_not_at_all():
    assert tutorial.alike("F1 0.713 [0.60, 0.80]", "F1  0.711 [0.61, 0.80]")
    assert not tutorial.alike("F1 0.713", "F1 0.653")
    assert not tutorial.alike("F1 0.713", "AP 0.713")
