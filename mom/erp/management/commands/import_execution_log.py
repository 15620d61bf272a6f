"""`manage.py import_execution_log FILE --mapping MAP.yml [--dry-run] [--site S] [--user U]`: brings a log in."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.core.actor import Actor, system_actor
from mom.core.errors import InvalidInput, MomError
from mom.erp.engine.status import ImportStatus
from mom.erp.models import ImportRun
from mom.erp.selectors.import_run import issue_list
from mom.erp.selectors.mapping import SHIPPED, shipped
from mom.erp.services.attended import import_here
from mom.erp.services.import_run import NamedMapping

MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Check an execution log (CSV or XLSX) as a whole and bring it in, here and now, with a line of progress."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the log")
        names = ", ".join(known.key for known in shipped())
        parser.add_argument("--mapping", required=True, help=f"a mapping file, or the name of a shipped one: {names}")
        parser.add_argument("--dry-run", action="store_true", help="check and report, bring nothing in")
        parser.add_argument("--site", default="", help="code of the site; needed where there are several")
        parser.add_argument("--user", default="", help="sign-in name of the person who imports; else the command line")

    def handle(self, *args: Any, **options: Any) -> None:
        site, actor, mapping = _site(options["site"]), _actor(options["user"]), _mapping(options["mapping"])
        try:
            with options["file"].open("rb") as file:
                run = import_here(
                    actor,
                    site,
                    file,
                    file_name=options["file"].name,
                    mapping=mapping,
                    is_dry_run=options["dry_run"],
                    tell=self._tell,
                )
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from None
        except InvalidInput as error:
            sentences = [str(sentence) for found in error.fields.values() for sentence in found]
            raise CommandError("\n".join([error.sentence, *sentences])) from None
        except MomError as error:
            raise CommandError(error.sentence) from None
        self._report(run)

    def _tell(self, done: int, total: int | None) -> None:
        words = {"done": f"{done:,}", "total": f"{total:,}" if total else ""}
        line = _("%(done)s of %(total)s rows are in") % words if total else _("%(done)s rows read") % words
        self.stderr.write(f"\r{line}    ", ending="" if self.stderr.isatty() else "\n")

    def _report(self, run: ImportRun) -> None:
        self.stderr.write("")
        if run.status == ImportStatus.FAILED:
            raise CommandError(run.task.error)
        counts = (
            (_("rows"), run.rows_total),
            (_("new"), run.rows_new),
            (_("known"), run.rows_known),
            (_("refused"), run.rows_refused),
            (_("changed"), run.rows_changed),
            (_("in"), run.rows_applied),
        )
        self.stdout.write(f"{run.get_status_display()}: " + ", ".join(f"{word} {number:,}" for word, number in counts))
        for issue in issue_list(run)[:MOST_SHOWN]:
            self.stdout.write(f"  {issue.line}: {issue.column}: {issue.message}")
        more = issue_list(run).count() - MOST_SHOWN
        if more > 0:
            self.stdout.write(_("  … and %(more)s more; see import %(number)s.") % {"more": more, "number": run.pk})


def _site(code: str) -> Site:
    sites = list(Site.objects.filter(is_active=True, **({"code": code} if code else {}))[:2])
    if len(sites) != 1:
        raise CommandError(f"There is no site {code}." if code else "Say which site: --site CODE.")
    return sites[0]


def _actor(name: str) -> Actor:
    if not name:
        return system_actor("command line")
    user = User.objects.filter(username=name.lower()).first()
    if user is None:
        raise CommandError(f"Nobody signs in as {name}.")
    return actor_for_user(user)


def _mapping(name: str) -> NamedMapping:
    path = Path(name)
    if not path.exists() and (SHIPPED / f"{name}.yml").exists():
        path = SHIPPED / f"{name}.yml"
    try:
        return NamedMapping(path.name, path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None
