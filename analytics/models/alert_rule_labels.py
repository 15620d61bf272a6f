"""What people read for the closed vocabularies of alert rules."""

from django.utils.translation import gettext_lazy as _

from analytics.engine.alert_rule import Phase, RuleFigure, RuleSide, RuleSubject
from mom.core.choices import Labelled

RULE_SUBJECT = Labelled(
    RuleSubject,
    {
        RuleSubject.STATE: (_("Machine state"), ""),
        RuleSubject.READING: (_("Reading"), ""),
        RuleSubject.FIGURE: (_("Figure of the shift"), ""),
    },
)
RULE_SIDE = Labelled(RuleSide, {RuleSide.ABOVE: (_("above"), ""), RuleSide.BELOW: (_("below"), "")})
RULE_FIGURE = Labelled(
    RuleFigure,
    {
        RuleFigure.OEE: (_("OEE below its target"), ""),
        RuleFigure.UNCODED: (_("Stopped time without reason above"), ""),
        RuleFigure.PERFORMANCE: (_("Performance above (standard looks wrong)"), ""),
    },
)
STANDING_PHASE = Labelled(
    Phase,
    {
        Phase.NORMAL: (_("Normal"), "run"),
        Phase.PENDING: (_("Holds, not long enough"), "idle"),
        Phase.RAISED: (_("Raised"), "down"),
    },
)
