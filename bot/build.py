"""From a corpus folder to an index folder, and from an index folder to an Assistant."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import resources

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from bot.ask import Assistant
from bot.build_report import failed_documents
from bot.settings import Settings
from bot.speaking.speaker import open_speaker
from corpus.applicability import Applicability
from corpus.collection import (
    Corpus,
    Document,
    Known,
    all_failed,
    gazetteer_hash,
    keep_earlier,
    read_corpus,
    survey,
)
from corpus.errors import IndexFolderError, IndexServerError
from corpus.gazetteer import find_gazetteers
from corpus.normal import normalize_question
from index.changes import Changes, compare
from index.embed import Embedder, load_embedder
from index.offline import NAME as OFFLINE_NAME
from index.open import building, has_index, made_of, save_index
from index.open import open_index as open_place
from index.origin import Origin, code_hash, questions_hash
from index.passage import measure_texts, sentence_texts
from index.reuse import ReusingEmbedder
from index.store import Index

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """What a build made. `changes` is None for a first index, or where the old one could not be read.

    `embedded` and `reused` count passages: those that went through the model, and those that need not.
    """

    index: Index
    changes: Changes | None = None
    embedded: int = 0
    reused: int = 0

    @property
    def failures(self) -> tuple[Document, ...]:
        """The documents that could not be used."""
        return self.index.origin.failures


def background_questions() -> dict[str, list[str]]:
    """Questions that no policy guideline answers, by language: what refusals are calibrated against."""
    text = (resources.files("bot") / "data" / "calibration.jsonl").read_text(encoding="utf-8")
    groups: dict[str, list[str]] = {"zh": [], "en": []}
    for line in text.splitlines():
        record = json.loads(line)
        groups["en" if record["lang"] == "en" else "zh"].append(record["question"])
    return groups


def build_index(settings: Settings, console: Console) -> Built:
    """Read what is new in the corpus, embed that, and put the index in place; progress goes to `console`.

    A document that fails does not stop the others; its version in the old index is kept. A second
    build waits for the first, and does nothing if that left nothing to do. Raises CorpusError (no document
    is good), ModelError or IndexFolderError; the old index then stays as it was, and serves meanwhile.
    """
    waiting = partial(console.print, "另一个构建正在进行,等它完成 / waiting for another build to finish")
    with building(settings.place, waiting) as waited:
        if waited and current_origin(settings):
            return Built(_load(settings))
        return _build(settings, _old_index(settings), console)


def current_origin(settings: Settings) -> Origin | None:
    """What the index in place was made of, if building it anew would give the same; None otherwise.

    Documents are compared by their bytes, none is parsed. Raises CorpusError if there is no corpus.
    """
    if not has_index(settings.place):
        return None
    try:
        manifest, origin = made_of(settings.place)
    except (IndexFolderError, IndexServerError):
        return None
    wanted = settings.embedding_model or OFFLINE_NAME
    if manifest.dense != settings.dense or (manifest.dense and manifest.model != wanted):
        return None
    now = replace(_origin_now(settings), documents=survey(settings.corpus))
    return origin if origin.agrees_with(now) else None


def open_assistant(settings: Settings, *, report: Say) -> Assistant:
    """An Assistant over the index in place; an index that is missing is built first.

    The model is loaded by the first question that needs it; with a language model in the settings it
    speaks. Raises WenceError.
    """
    speaker = open_speaker(settings)  # what is wrong with its settings shows at once
    return Assistant(open_index(settings, report=report), settings.max_question, speaker)


def open_index(settings: Settings, *, report: Say) -> Index:
    """The index in place; one that is missing is built first, and `report` is told so."""
    if not has_index(settings.place):
        report(f"没有找到索引,正在建立:{settings.place}\nNo index found, building one: {settings.place}")
        built = build_index(settings, Console(stderr=True))
        if built.failures:
            failed = failed_documents(built.failures)
            report(f"{failed.zh}\n{failed.en}")
        return built.index
    index = _load(settings)
    if index.origin.code not in ("", code_hash()):
        report(
            f"索引由另一版本的问策建立,运行 wence index 可更新:{settings.place}\n"
            f"The index was built by another version of Wence, run wence index to renew it: {settings.place}"
        )
    return index


def load_model(settings: Settings) -> Embedder:
    """The embedding model that the settings name; ModelError if it cannot be loaded."""
    return load_embedder(settings.embedding_model or None, settings.encoder)


def _load(settings: Settings) -> Index:
    return open_place(settings.place, partial(load_model, settings) if settings.dense else None)


def _old_index(settings: Settings) -> Index | None:
    """The index in place, to take over from it what is still good; None if there is none to be read."""
    try:
        return open_place(settings.place, None) if has_index(settings.place) else None
    except (IndexFolderError, IndexServerError):
        return None


def _origin_now(settings: Settings) -> Origin:
    """Hashes of all that an index is made of now, but for the documents."""
    questions = questions_hash(background_questions())
    return Origin((), gazetteer_hash(settings.corpus), questions, code_hash())


def _build(settings: Settings, old: Index | None, console: Console) -> Built:
    origin = _origin_now(settings)  # before anything is read: what changes from now on shows the next time
    with _progress(console) as progress:
        corpus = _read(settings, old, progress)
        model = load_model(settings) if settings.dense else None
        questions = background_questions()
        embedder = ReusingEmbedder(model, old, _encoded(old, origin, questions)) if model else None
        gazetteers = find_gazetteers(settings.corpus, [d.slug for d in corpus.failures])
        index = Index.build(
            corpus.guidelines,
            embedder,
            _embedding(progress, embedder, corpus),
            background=questions,
            gazetteers=gazetteers,
            applies=_tables(old, origin, corpus),
        )
        if old and old.origin.code == origin.code:
            index.labels.take_over(old.labels)
    index.origin = replace(origin, documents=corpus.documents)
    save_index(index, settings.place)
    changes = compare(old.guidelines, index.guidelines) if old else None
    if embedder is None:
        return Built(index, changes)
    embedder.forget()
    return Built(index, changes, embedder.embedded, embedder.reused)


def _read(settings: Settings, old: Index | None, progress: Progress) -> Corpus:
    """The corpus, with the old version of each document that fails. Raises CorpusError if none is good."""
    task = progress.add_task("读取文件 / reading documents", total=None)
    corpus = read_corpus(
        settings.corpus,
        _known(old),
        lambda done, total: progress.update(task, completed=done, total=total),
    )
    if not corpus.guidelines:
        raise all_failed(corpus.failures)
    return keep_earlier(corpus, old.guidelines if old else (), settings.corpus)


def _known(old: Index | None) -> Known:
    """The documents that the same code has parsed before."""
    if old is None or old.origin.code != code_hash():
        return {}
    guidelines = {guideline.slug: guideline for guideline in old.guidelines}
    good = [document for document in old.origin.documents if not document.failure and document.sha256]
    return {(d.name, d.sha256): guidelines[d.slug] for d in good if d.slug in guidelines}


def _encoded(old: Index | None, now: Origin, questions: Mapping[str, Sequence[str]]) -> list[str]:
    """The off-topic questions as they were encoded for the old index; empty if they were other ones."""
    if old is None or (old.origin.questions, old.origin.code) != (now.questions, now.code):
        return []
    return [normalize_question(question) for group in questions.values() for question in group]


def _tables(old: Index | None, now: Origin, corpus: Corpus) -> dict[str, Applicability | None]:
    """The tables that need not be worked out again, by slug.

    A document that is kept keeps its table in any case: its own gazetteer may be what has failed.
    """
    if old is None:
        return {}
    same = (old.origin.code, old.origin.gazetteers) == (now.code, now.gazetteers)
    unchanged = {id(guideline) for guideline in old.guidelines} if same else set()
    kept = {document.slug for document in corpus.failures if document.kept}
    return {
        guideline.slug: old.applicability.get(guideline.slug)
        for guideline in corpus.guidelines
        if guideline.slug in kept or id(guideline) in unchanged
    }


def _embedding(progress: Progress, embedder: ReusingEmbedder | None, corpus: Corpus) -> Callable[[int], None]:
    """Start the second bar, as long as what has to be embedded."""
    texts = [*measure_texts(corpus.guidelines), *sentence_texts(corpus.guidelines)] if embedder else []
    total = embedder.count_new(texts) if embedder else None
    return partial(progress.advance, progress.add_task("建立索引 / building the index", total=total))


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    """Bars with counts and the time left."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress
