"""The report is one file that asks nothing of anybody, shows what is there, and says how far to trust it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from sklearn.linear_model import LogisticRegression

from framing import Prediction, Predictor, Sentence
from framing.errors import InputError
from framing.records import Highlight
from framing.report.formats import predictions_jsonl
from framing.report.page import ModelAbout, about_model, report_page
from framing.report.page.choice import MAX_SENTENCES, chosen_sentences
from framing.report.page.examples import frame_examples
from framing.report.page.limits import in_words, model_limits
from framing.report.page.silence import chance_of_so_few, silences
from tests.command import framing
from tests.small import model, sentences

VOID = {"meta", "link", "input", "br", "line", "polyline", "polygon", "circle"}
NASTY = '</script><script>alert("1")</script><!-- & <b onload=x>'


class Page(HTMLParser):
    """The elements of a page; fails where they are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in ("p", "li", "small", "span", "div", "td", "tr"):
            assert self.open[-1] == tag, (self.open[-3:], tag, self.getpos())
        while self.open.pop() != tag:
            pass


def said(text="It pays.", frames=(), proba=0.8, who=None, number=0, **more) -> Prediction:
    chances = {label: proba if label in frames else 0.1 for label in ("gain", "risk")}
    sentence = Sentence(text, doc_id=more.pop("doc_id", "one.txt"), position=number, **more)
    return Prediction(sentence, chances, tuple(frames), holder=who)


def corpus(n_documents=12, n_sentences=5) -> list[Prediction]:
    """Two outlets; the Times never speaks of a risk, the Post does in every second sentence."""
    return [
        said(
            f"Sentence {i} of {d}.",
            ("risk",) if d % 2 and i % 2 else ("gain",),
            who="Lund" if i else None,
            number=i,
            doc_id=f"{d}.txt",
            source="Post" if d % 2 else "Times",
            date=f"2025-{1 + d:02d}-03",
        )
        for d in range(n_documents)
        for i in range(n_sentences)
    ]


def data_of(html: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL).group(1))


def of_stances() -> list[Prediction]:
    """What a model of stances alone says."""
    sides = {"support": 0.8, "oppose": 0.1, "mixed": 0.1}
    return [
        Prediction(Sentence(f"{i}.", doc_id="ab"[i // 2], position=i, target="tax"), stance=side, stance_proba=sides)
        for i, side in enumerate(("support", "mixed", "support"))
    ]


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        (corpus(), {"matrix", "sentences", "articles", "time", "examples", "silence", "trust"}),
        (of_stances(), {"matrix", "sentences", "articles", "trust"}),
        ([Prediction(Sentence("It pays.", doc_id="a.txt"))], {"trust"}),
        ([], {"trust"}),
    ],
    ids=["frames", "stances alone", "neither", "nothing"],
)
def test_the_page_is_whole_and_each_link_inside_it_leads_somewhere(rows, parts):
    page = Page(report_page(rows))
    assert len(page.ids) == len(set(page.ids))
    inside = {attributes["href"][1:] for tag, attributes in page.found if tag == "a" if attributes["href"][0] == "#"}
    assert inside <= set(page.ids)
    every = {"matrix", "sentences", "articles", "time", "examples", "silence", "trust"}
    assert set(page.ids) & every == inside & every == parts


def test_a_model_of_stances_alone_is_shown_with_its_sides_each_in_its_colour():
    html = report_page(of_stances())
    assert "Stances by who says it" in html
    assert 'class="side s-0"' in html and 'class="side s-2"' in html  # nobody opposes


def test_names_beyond_thirty_are_one_row_whatever_the_rows_are():
    rows = [said(str(i), extra={"desk": f"desk {i:03}"}, doc_id=f"{i}.txt") for i in range(100)]
    for by in ("desk", "doc_id"):
        names = data_of(report_page(rows, by))["axes"][0]["names"]
        assert (len(names), names[-1]) == (30, "71 others")


def test_a_frame_that_nothing_decided_is_a_dash_and_what_was_left_open_is_not_in_the_share():
    other = Prediction(Sentence("No.", doc_id="b.txt"), {"risk": 0.1}, holder="Berg")
    opened = replace(said(number=2, who="Lund"), abstained=("gain",))
    html = report_page([said(frames=("gain",), who="Lund"), said(number=1, who="Lund"), opened, other])
    assert "<div>–</div>" in html and "0 open" not in html
    assert 'aria-label="Lund, gain: 1 of 2 sentences. Show them."' in html


def test_a_cell_says_how_many_of_a_rows_sentences_and_names_them_to_a_screen_reader():
    html = report_page([said(frames=("gain",), who="Lund"), said("No.", who="Lund", number=1), said("So.", number=2)])
    assert 'aria-label="Lund, gain: 1 of 2 sentences. Show them."' in html
    assert data_of(html)["axes"][0]["names"] == ["Lund", "the author"]


def test_nothing_is_asked_of_the_network():
    html = report_page(corpus())
    assert "http:" not in html
    assert "https:" not in html
    assert "default-src 'none'" in html
    loads = [a for tag, a in Page(html).found if tag in ("script", "img", "iframe", "link") for a in [a] if "src" in a]
    assert loads == []


def test_where_a_text_can_be_read_is_a_link_only_if_it_is_one():
    html = report_page([said(doc_id="https://news.example/1"), said(extra={"url": "javascript:alert(1)"}, number=1)])
    assert '<a href="https://news.example/1" rel="noreferrer noopener">' in html
    assert "javascript:" not in html


def test_what_a_text_holds_is_text():
    one = said(NASTY, ("gain",), who=NASTY, source=NASTY, target=NASTY, date="2025")
    one = replace(one, stance="favor", stance_proba={"favor": 0.9, NASTY: 0.1}, cue=NASTY)
    html = report_page([one, said()], title=NASTY, files=[NASTY], created=NASTY, model=ModelAbout(NASTY))
    assert html.count("<script") == 2
    assert "<b onload" not in html
    assert "alert(1)" not in html
    assert data_of(html)["items"][0][1] == NASTY
    Page(html)


def test_what_html_cannot_hold_is_replaced():
    html = report_page([said("A\x00\x1b[31m\ud800 end")])
    assert "\x00" not in html
    assert "\x1b" not in html
    html.encode("utf-8")


def test_right_to_left_text_keeps_to_itself():
    html = report_page([said("الصفقة مربحة", ("gain",), who="وزير")])
    assert "<bdi>وزير</bdi>" in html
    assert '<p class="text" dir="auto">' in html


def test_the_same_predictions_give_the_same_page_and_a_date_only_if_it_is_given():
    assert report_page(corpus()) == report_page(corpus())
    assert "Made" not in report_page(corpus())
    assert "Made: 1 May 2026" in report_page(corpus(), created="1 May 2026")


def test_no_sentence_and_one_sentence_make_a_page():
    assert "No sentence was read." in report_page([])
    Page(report_page([]))
    Page(report_page([said(frames=("gain",))]))
    Page(report_page([Prediction(Sentence("A model of stances alone."))]))


def test_the_words_that_carried_a_frame_and_the_name_of_the_holder_are_marked():
    one = replace(
        said("It pays, Lund said.", ("gain",), who="Lund"), holder_span=(9, 13), cue="said", holder_proba=0.93
    )
    marked = replace(one, highlights={"gain": (Highlight(3, 7, 2.0), Highlight(14, 18, 0.1))})
    html = report_page([marked])
    assert '<mark class="f-0" title="carried: gain">pays</mark>' in html
    assert '<span class="name">Lund</span>' in html
    assert "<q>said</q>" in html
    assert "said</mark>" not in html  # a tenth of the strongest word's weight is no reason


def test_highlights_in_a_file_are_read_back_and_marked(tmp_path):
    row = said("It pays.", ("gain",)).to_row() | {"highlights": {"gain": [{"start": 3, "end": 7, "weight": 2.0}]}}
    (tmp_path / "said.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert '<mark class="f-0" title="carried: gain">pays</mark>' in framing("report", "said.jsonl", cwd=tmp_path).out
    (tmp_path / "said.jsonl").write_text(json.dumps(row | {"highlights": [1]}), encoding="utf-8")
    assert "said.jsonl, line 1: 'highlights' should be stretches" in framing("report", "said.jsonl", cwd=tmp_path).err


def test_similar_coded_sentences_stand_beside_a_sentence_with_their_codes():
    html = report_page([said()], similar=[[(Sentence("It paid <once>.", frames=("gain",)), 0.9)]])
    assert "It paid &lt;once&gt;. <small>gain</small>" in html


def test_many_sentences_are_a_sample_that_says_so_and_no_cell_goes_without():
    rows = [
        said(f"{'Long ' * 60}{i}", ("gain",) if i % 3 else ("risk",), who=f"Holder {i % 700}", doc_id=f"{i // 25}.txt")
        for i in range(5_000)
    ]
    html = report_page(rows)
    assert len(html.encode()) < 5_000_000
    held = data_of(html)
    assert 100 < len(held["items"]) <= MAX_SENTENCES
    assert f"This file holds {len(held['items']):,} of 5,000 sentences" in html
    rows_held = {(item[9][0], frame) for item in held["items"] for frame in item[6]}
    assert len({row for row, _ in rows_held}) == len(held["axes"][0]["names"]) == 30
    assert held["axes"][0]["names"][-1] == "671 others"


def test_a_long_sentence_is_cut_and_long_ones_stay_below_the_bound():
    html = report_page([said("word " * 2_000, ("gain",), number=i) for i in range(2_000)])
    assert len(html.encode()) < 5_000_000


def test_wanted_sentences_come_first_and_the_draw_repeats():
    rows = [said(str(i)) for i in range(100)]
    chosen = chosen_sentences(rows, [range(50), range(50, 100)], wanted=[99], limit=10)
    assert 99 in chosen
    assert chosen == chosen_sentences(rows, [range(50), range(50, 100)], wanted=[99], limit=10)
    assert any(i < 50 for i in chosen)


def test_what_a_source_does_not_say_is_told_with_its_chance():
    rows = [(p.sentence.source, p.sentence.doc_id, p.frames) for p in corpus()]
    [silence] = silences(rows, ["Post", "Times"]).found
    assert (silence.name, silence.what, silence.said, silence.units, silence.others_said) == ("Times", "risk", 0, 6, 6)
    assert silence.chance == pytest.approx(1 / 924)  # of 924 ways to pick 6 of 12 documents, one
    assert "1 in 924" in report_page(corpus())


def test_a_chance_adds_up():
    assert chance_of_so_few(3, 3, 3, 6) == pytest.approx(1)
    assert chance_of_so_few(1, 3, 3, 6) == pytest.approx(0.5)


def test_scores_are_told_in_words():
    scores = {"check/frames/gain/recall": 0.66, "check/frames/gain/precision": 0.5}
    bounds = {f"{name}_{end}": value for name, value in scores.items() for end in ("low", "high")}
    about = ModelAbout("mine", metrics=scores | bounds)
    html = report_page([said()], model=about)
    assert "about 1 in 3 is missed" in html
    assert "about 1 in 2 is wrong" in html
    assert "who coded it is not recorded" in html
    assert "by language-model coders and not by people" in model_limits(replace(about, shipped=True))[0].about
    assert in_words(0.3) == "about 1 in 3"


def scored(*paths: str, value: float = 0.5) -> dict[str, float]:
    """A card's numbers: recall and precision of labels, with their bounds."""
    names = [f"{path}/{score}" for path in paths for score in ("recall", "precision")]
    return {f"{name}{end}": value for name in names for end in ("", "_low", "_high")}


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (("validation/frames/gain", "probes/stance/favor"), [("validation", 1, 0), ("probes", 0, 1)]),
        (("validation/frames/gain", "news/frames/gain", "news/stance/favor"), [("news", 1, 1)]),
        (("news/frames/gain", "check/frames/gain", "validation/stance/favor"), [("check", 1, 0), ("validation", 0, 1)]),
        ((), []),
    ],
)
def test_each_task_is_told_by_the_best_file_that_scored_it(paths, told):
    limits = model_limits(ModelAbout("mine", metrics=scored(*paths) | {"probes/consistency": 0.9}))
    assert [(one.name, len(one.frames), len(one.stances)) for one in limits] == told


@pytest.mark.parametrize(
    ("rows", "own_rule", "corrected"),
    [
        ([said(frames=("gain",)), said(number=1)], True, True),
        ([said(frames=("gain",)), said(number=1)], False, False),  # as the command line said
        ([said(frames=("gain",), proba=0.3), said(number=1)], True, False),  # below the model's threshold
        ([replace(said(frames=("gain",)), abstained=("risk",)), said(number=1)], True, False),
    ],
)
def test_scores_of_another_rule_are_not_taken_for_these_decisions(rows, own_rule, corrected):
    card = scored("check/frames/gain") | scored("check/frames/risk")
    card |= {
        f"check/frames/gain/{name}{end}": 0.2 for name in ("share", "predicted_share") for end in ("", "_low", "_high")
    }
    about = ModelAbout("mine", metrics=card, thresholds={"gain": 0.5, "risk": 0.5})
    html = report_page(rows, model=about, own_rule=own_rule)
    assert ("if it errs here as it did there" in html) == corrected
    assert ("was decided by another one" in html) != corrected


@pytest.mark.parametrize(
    ("rows", "line", "contested"),
    [
        ([(1.0, "yes"), (0.0, "no")], 0.5, ()),  # nothing is near
        ([(0.9, "yes"), (0.6, "yes"), (0.45, "no")], 0.525, (1, 2)),
        ([(0.9, "yes"), (0.3, "yes"), (0.6, "no")], None, ()),  # documents had lines of their own
        ([(0.9, "yes"), (0.2, "no"), (0.95, "open")], 0.55, (2,)),
    ],
)
def test_contested_is_what_lies_near_the_line_or_is_left_open(rows, line, contested):
    found = frame_examples(
        [
            Prediction(
                Sentence(str(n)), {"gain": p}, ("gain",) * (word == "yes"), abstained=("gain",) * (word == "open")
            )
            for n, (p, word) in enumerate(rows)
        ],
        "gain",
        {},
    )
    assert (found.threshold, found.contested) == (line, contested)


def test_the_shipped_models_card_speaks_of_real_news():
    predictor = Predictor.load("shipped")
    about = about_model(predictor.classifier, predictor.origin)
    assert about.shipped
    assert {one.label for one in model_limits(about)[0].frames} == set(predictor.labels)


def test_a_model_of_ones_own_is_shown_with_its_titles():
    fitted = model(LogisticRegression(C=10))
    predictor = Predictor(fitted, "mine")
    html = report_page(predictor.predict(sentences(3)), model=about_model(fitted, "mine"))
    assert "It | threatens." in html
    assert "stance toward" in html


def test_an_outlets_page_says_whom_it_lets_speak():
    html = report_page(corpus(), "source")
    assert "Who is given a voice" in html
    assert "80 % <small>24 of 30</small></td><td><bdi>Lund</bdi> 24</td>" in html


def test_a_share_is_told_as_it_would_be_without_the_models_errors():
    names = {"recall": 0.5, "precision": 0.5, "share": 0.2, "predicted_share": 0.2}
    scores = {f"check/frames/gain/{name}{end}": v for name, v in names.items() for end in ("", "_low", "_high")}
    html = report_page([said(frames=("gain",)), said(number=1)], model=ModelAbout("mine", metrics=scores))
    assert "It marks 50 % of the sentences here; if it errs here as it did there, about 100 % convey the frame." in html


def test_a_share_that_false_marks_alone_would_give_is_not_told_as_none():
    # Of what has no frame the model marks .5 * .8 / (1 - .2) = 50 % falsely; 50 % here may be that alone.
    names = {"recall": 0.9, "precision": 0.5, "share": 0.2, "predicted_share": 0.8}
    scores = {f"check/frames/gain/{name}{end}": v for name, v in names.items() for end in ("", "_low", "_high")}
    html = report_page([said(frames=("gain",)), said(number=1)], model=ModelAbout("mine", metrics=scores))
    assert "no more than it would mark falsely if none conveyed the frame: how many do cannot be told from it." in html
    assert "about 0 % convey" not in html


def test_by_date_needs_a_date_and_by_a_column_that_column():
    with pytest.raises(InputError, match="by date: none of 1 sentences has a date"):
        report_page([said()], "date")
    with pytest.raises(InputError, match="unknown column 'desk'"):
        report_page([said()], "desk")
    assert "Frames by desk" in report_page([said(extra={"desk": "foreign"})], "desk")
    assert "When which frame is conveyed" in report_page(corpus(), "date")


def test_the_command_shows_what_predict_wrote_without_a_model(tmp_path):
    file = tmp_path / "predictions.jsonl"
    rows = [replace(p, holder_proba=0.9) for p in corpus(2)]
    file.write_text(predictions_jsonl(rows), encoding="utf-8")
    answer = framing("report", "predictions.jsonl", "--by", "source", "-o", "report.html", cwd=tmp_path)
    assert answer.code == 0, answer.err
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Sources and their frames" in html
    assert "Nothing is known here of how good the model is" in html


@pytest.mark.parametrize(
    "asked",
    [
        ("--target", "x"),
        ("--threshold", "gain=0.4"),
        ("--goal", "count"),
        ("--adapt-priors",),
        ("--adapt-documents",),
        ("--abstain", "0.1"),
        ("--column", "text=sentence"),
    ],
)
def test_what_only_a_model_that_reads_can_do_is_refused_of_predictions(asked, tmp_path):
    (tmp_path / "predictions.jsonl").write_text(predictions_jsonl(corpus(1)), encoding="utf-8")
    answer = framing("report", "predictions.jsonl", *asked, cwd=tmp_path)
    assert answer.code == 2
    assert f"{asked[0]}: predictions.jsonl is predicted already" in answer.err


def test_the_command_reads_articles_with_a_model(trained, tmp_path):
    (tmp_path / "a.txt").write_text("Merchants welcome the profit, Lund said.", encoding="utf-8")
    answer = framing("report", str(tmp_path / "a.txt"), "--model", "model", cwd=trained)
    assert answer.code == 0, answer.err
    assert answer.out.startswith("<!doctype html>")
    assert "Merchants welcome the profit, " in answer.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.txt"], "nowhere.txt: no such file"),
        (["empty.jsonl"], "empty.jsonl"),
        (["one.txt", "-o", "no/such/report.html"], "report.html: cannot be written"),
    ],
)
def test_what_cannot_be_read_or_written_is_one_line(arguments, message, tmp_path):
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "one.txt").write_text("It pays.", encoding="utf-8")
    answer = framing("report", *arguments, cwd=tmp_path)
    assert answer.code == 1
    assert message in answer.err
    assert "Traceback" not in answer.err
