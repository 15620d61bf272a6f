"""What a finding is called: Nelson's rules and tolerances in the words of a plant."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from quality.engine.judging import Verdict
from quality.models import Characteristic, Sample

RULE_WORDS: dict[int, str | Promise] = {
    1: gettext_lazy("Rule 1: a point beyond a control limit"),
    2: gettext_lazy("Rule 2: nine points on one side of the mean"),
    3: gettext_lazy("Rule 3: six points rising or falling"),
    4: gettext_lazy("Rule 4: fourteen points going up and down"),
    5: gettext_lazy("Rule 5: two of three points near one limit"),
    6: gettext_lazy("Rule 6: four of five points away from the mean on one side"),
    7: gettext_lazy("Rule 7: fifteen points close to the mean"),
    8: gettext_lazy("Rule 8: eight points away from the mean on both sides"),
}


def finding_words(about: Characteristic, verdict: Verdict, inspected: int) -> str:
    """The title of what was found of a sample: "Bore: 2 of 5 out of tolerance"."""
    if verdict.out_of_limits:
        words = {"name": about.name, "bad": verdict.out_of_limits, "many": inspected}
        return _("%(name)s: %(bad)d of %(many)d out of tolerance") % words
    return f"{about.name}: {signal_words(verdict.rules, is_range_beyond=verdict.is_range_beyond)}"


def signal_words(rules: "list[int] | tuple[int, ...]", *, is_range_beyond: bool) -> str:
    """The rules that a point breaks, in words; empty for none."""
    return ", ".join(_signals(rules, is_range_beyond=is_range_beyond))


def _signals(rules: "list[int] | tuple[int, ...]", *, is_range_beyond: bool) -> list[str]:
    return [*(str(RULE_WORDS[rule]) for rule in rules), *([_("Range beyond its limits")] if is_range_beyond else ())]


def headline_words(sample: Sample) -> str:
    """The first that was found of a sample, and how much more was: for one line."""
    first, *more = _findings(sample) or [""]
    if not more:
        return first
    return ngettext("%(first)s, and %(count)d more", "%(first)s, and %(count)d more", len(more)) % {
        "first": first,
        "count": len(more),
    }


def sample_words(sample: Sample) -> str:
    """Everything that was found of a sample; empty for one in order."""
    return ", ".join(_findings(sample))


def _findings(sample: Sample) -> list[str]:
    found = _signals(sample.rules, is_range_beyond=sample.is_range_beyond)
    if sample.out_of_limits:
        out = _("%(bad)d of %(many)d out of tolerance") % {"bad": sample.out_of_limits, "many": sample.size}
        return [out, *found]
    return found
