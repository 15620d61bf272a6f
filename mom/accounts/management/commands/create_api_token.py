"""`manage.py create_api_token --user U --scopes a,b --days N [--site S]`: makes a token and prints it, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mom.accounts.engine.scopes import SCOPES
from mom.accounts.models import User
from mom.accounts.services.api_token import LONGEST_DAYS, api_token_create
from mom.core.actor import system_actor
from mom.core.errors import InvalidInput, MomError


class Command(BaseCommand):
    help = "Make an API token for a person. It is printed once and stored only as a digest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, help="sign-in name of the person it acts for")
        parser.add_argument("--scopes", required=True, help=f"comma-separated, of: {', '.join(SCOPES)}")
        parser.add_argument("--days", type=int, default=90, help=f"how long it lives (1 to {LONGEST_DAYS})")
        parser.add_argument("--name", default="made on the command line", help="what it is for")
        parser.add_argument("--site", action="append", default=[], help="only at this site; may be repeated")
        parser.add_argument(
            "--network", action="append", default=[], help="only from this network, as 10.20.0.0/16; may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"].lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['user']}.")
        try:
            token, secret = api_token_create(
                system_actor("command line"),
                user=user,
                name=options["name"],
                scopes=[scope.strip() for scope in options["scopes"].split(",") if scope.strip()],
                days=options["days"],
                sites=options["site"],
                networks=options["network"],
            )
        except MomError as error:
            raise CommandError(told(error)) from None
        self.stderr.write(f"Valid until {token.expires_at:%Y-%m-%d} for {user}. It is not shown again:")
        self.stdout.write(secret)


def told(error: MomError) -> str:
    """The refusal with what is wrong at each field, on one line."""
    if isinstance(error, InvalidInput):
        return (
            " ".join(f"{name}: {' '.join(map(str, sentences))}" for name, sentences in error.fields.items())
            or error.sentence
        )
    return error.sentence
