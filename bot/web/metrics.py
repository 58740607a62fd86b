"""What an operator watches, for Prometheus: questions, refusals, problems, times, the queue, the index."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from bot.answer import Answer
from bot.live import Answering
from bot.web.problems import Problem
from index.folder import Manifest

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


class Metrics:
    """The figures of one server. Safe to use from several threads."""

    def __init__(self, assistant: Answering, journal_lost: Callable[[], int] | None = None) -> None:
        """`journal_lost` says how many entries the journal has lost so far."""
        registry = self._registry = CollectorRegistry()
        self._questions = Counter(
            "wence_questions", "Questions answered", ["route", "surface"], registry=registry
        )
        self._refusals = Counter("wence_refusals", "Refusals", ["kind"], registry=registry)
        self._problems = Counter("wence_problems", "Requests without an answer", ["kind"], registry=registry)
        self._requests = Counter("wence_http_requests", "HTTP responses", ["status"], registry=registry)
        self._steps = Histogram(
            "wence_step_seconds", "Time spent in a step", ["step"], buckets=_SECONDS, registry=registry
        )
        self._spoken = Counter(
            "wence_spoken", "Answers a language model was asked for", ["outcome"], registry=registry
        )
        self._sentences = Counter(
            "wence_model_sentences", "Its sentences after the check", ["fate"], registry=registry
        )
        self.waiting = Gauge("wence_queue_waiting", "Questions that wait for their turn", registry=registry)
        self.running = Gauge("wence_answers_running", "Answers in the making", registry=registry)
        registry.register(_Now(assistant, journal_lost))

    def answered(self, answer: Answer, surface: str, waited: float, whole: float) -> None:
        """Count an answer; `waited` for its turn and `whole` are seconds."""
        self._questions.labels(answer.route, surface).inc()
        if answer.refusal:
            self._refusals.labels(answer.refusal).inc()
        steps = {"wait": waited, "whole": whole}
        if answer.timing:
            timing = answer.timing
            steps |= {
                "encode": timing.encode / 1000,
                "search": timing.search / 1000,
                "compose": timing.compose / 1000,
            }
        if answer.spoken:
            spoken = answer.spoken
            self._spoken.labels(spoken.outcome).inc()
            for fate in ("kept", "replaced", "removed"):
                self._sentences.labels(fate).inc(getattr(spoken, fate))
            steps["speak"] = answer.timing.speak / 1000 if answer.timing else 0.0
        for step, seconds in steps.items():
            self._steps.labels(step).observe(seconds)

    def failed(self, problem: Problem) -> None:
        """Count a request that got no answer."""
        self._problems.labels(problem.kind).inc()

    def responded(self, status: int) -> None:
        """Count an HTTP response."""
        self._requests.labels(str(status)).inc()

    def page(self) -> tuple[bytes, str]:
        """Prometheus' text form, and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


class _Now(Collector):
    """What is looked up when the figures are read."""

    def __init__(self, assistant: Answering, journal_lost: Callable[[], int] | None) -> None:
        self._assistant = assistant
        self._lost = journal_lost

    def collect(self) -> Iterable[Metric]:
        """The index in use, and what the journal has lost."""
        manifest = self._assistant.index.manifest
        info = GaugeMetricFamily(
            "wence_index_info", "The index in use", labels=["version", "corpus", "model"]
        )
        info.add_metric([index_version(manifest), manifest.corpus[:16], manifest.model or ""], 1)
        yield info
        yield GaugeMetricFamily("wence_index_documents", "Documents in the index", value=manifest.guidelines)
        yield GaugeMetricFamily("wence_index_measures", "Measures in the index", value=manifest.measures)
        if self._lost is not None:
            yield CounterMetricFamily("wence_journal_lost", "Entries the journal lost", value=self._lost())


def index_version(manifest: Manifest) -> str:
    """When the index was built: what tells one from another."""
    return manifest.built_at
