"""`manage.py load_history FILE... --source NAME [--site S] [--user U]`: brings past messages of machines in."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from mom.accounts.models import Site, User
from mom.accounts.selectors import actor_for_user
from mom.core.actor import Actor, system_actor
from mom.core.errors import InvalidInput, MomError
from mom.core.models import TaskRunIssue
from mom.floor.services.history import load_here

MOST_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Bring past messages in from CSV or Parquet files with the fields of a message as columns (machine, kind, at,"
        " id or session and sequence, name, state, code, mode, reason, value, unit, text). Run it again after a stop:"
        " nothing counts twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV or Parquet")
        parser.add_argument("--source", required=True, help="the name of the sender, as live messages have it")
        parser.add_argument("--site", default="", help="code of the site; needed where there are several")
        parser.add_argument("--user", default="", help="sign-in name of the person who loads; else the command line")

    def handle(self, *args: Any, **options: Any) -> None:
        site, actor = _site(options["site"]), _actor(options["user"])
        for path in options["files"]:
            self._load(actor, site, options["source"], path)

    def _load(self, actor: Actor, site: Site, source: str, path: Path) -> None:
        try:
            run = load_here(actor, site, source, path, tell=self._tell)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        except InvalidInput as error:
            sentences = [str(sentence) for found in error.fields.values() for sentence in found]
            raise CommandError("\n".join([f"{path}:", *sentences])) from None
        except MomError as error:
            raise CommandError(f"{path}: {error.sentence}") from None
        self.stderr.write("")
        if run.status != "succeeded":
            raise CommandError(f"{path}: {run.error or run.get_status_display()}")
        self.stdout.write(f"{path}: {run.note}")
        for issue in TaskRunIssue.objects.filter(run=run).order_by("pk")[:MOST_SHOWN]:
            self.stdout.write(f"  {issue.line}: {issue.message}")
        more = TaskRunIssue.objects.filter(run=run).count() - MOST_SHOWN
        if more > 0:
            self.stdout.write(_("  … and %(more)s more; see Quarantine.") % {"more": more})

    def _tell(self, done: int, total: int | None) -> None:
        words = {"done": f"{done:,}", "total": f"{total:,}" if total else ""}
        line = _("%(done)s of %(total)s rows") % words if total else _("%(done)s rows") % words
        self.stderr.write(f"\r{line}    ", ending="" if self.stderr.isatty() else "\n")


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
