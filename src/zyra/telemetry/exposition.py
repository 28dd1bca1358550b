"""Write values as Prometheus reads them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.core import (
    Metric as Family,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from zyra.telemetry.metric import METRICS, Kind, Metric
from zyra.telemetry.tally import SUM, Series, Values


class _Told(Collector):
    """Hands values that are known already to the library."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def collect(self) -> Iterator[Family]:
        """Every metric, also one without values so far."""
        rows: defaultdict[str, dict[Series, float]] = defaultdict(dict)
        for (name, *labels), value in self._values.items():
            rows[name][tuple(labels)] = value
        for metric in METRICS.values():
            yield _family(metric, rows[metric.name])


def render(values: Values, accept: str) -> tuple[bytes, str]:
    """The body and its media type, in the format that the reader asks for.

    Args:
        values: Of every series; those of metrics that are not ours are left out.
        accept: The reader's Accept header.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(values))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


def _family(metric: Metric, rows: dict[Series, float]) -> Family:
    if metric.kind is Kind.HISTOGRAM:
        return _histogram(metric, rows)
    make = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    family = make(metric.name, metric.help, labels=metric.labels)
    for labels, value in sorted(rows.items()):
        if len(labels) == len(metric.labels):
            family.add_metric(labels, value)
    return family


def _histogram(metric: Metric, rows: dict[Series, float]) -> Family:
    family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    told = {labels[:-1] for labels in rows if len(labels) == len(metric.labels) + 1}
    for labels in sorted(told):
        counts = [rows.get((*labels, bound), 0.0) for bound in metric.bounds]
        family.add_metric(labels, _cumulative(metric, counts), rows.get((*labels, SUM), 0.0))
    return family


def _cumulative(metric: Metric, counts: Sequence[float]) -> list[tuple[str, float]]:
    """For each bound how many values were not above it."""
    sums = [sum(counts[: number + 1]) for number in range(len(counts))]
    return list(zip(metric.bounds, sums, strict=True))
