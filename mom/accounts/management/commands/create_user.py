"""`manage.py create_user --username U --name "Full Name" [--role admin] [--site S]`: an administrator, or anyone."""

import getpass
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mom.accounts.management.commands.create_api_token import told
from mom.accounts.models import Role, Site, User
from mom.accounts.permissions import MANAGE_USERS
from mom.accounts.services.membership import add_membership
from mom.accounts.services.user import add_user
from mom.core.actor import EVERY_SITE, system_actor
from mom.core.errors import MomError
from mom.core.use_case import use_case

PASSWORD_VARIABLE = "MOM_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = f"Add a person who signs in, with roles. The password is asked for, or read from {PASSWORD_VARIABLE}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True, help="sign-in name: small letters, digits and . _ @ + -")
        parser.add_argument("--name", required=True, help="the printed name")
        parser.add_argument("--email", default="")
        parser.add_argument("--role", action="append", default=[], help="a role's code, as admin; may be repeated")
        parser.add_argument(
            "--site", action="append", default=[], help="where the roles hold; may be repeated; none = every site"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        roles = self._all(Role, options["role"])
        sites: list[Site | None] = list(self._all(Site, options["site"])) or [None]
        password = os.environ.get(PASSWORD_VARIABLE) or self._asked()
        try:
            with use_case(system_actor("command line"), "Made on the command line") as act:
                act.require(MANAGE_USERS, EVERY_SITE)
                user: User = add_user(
                    act,
                    username=options["username"],
                    display_name=options["name"],
                    email=options["email"],
                    password=password,
                )
                for role in roles:
                    for site in sites:
                        add_membership(act, user=user, role=role, site=site)
        except MomError as error:
            raise CommandError(told(error)) from None
        self.stdout.write(f"{user.username} may sign in.")

    def _all(self, model: Any, codes: list[str]) -> list[Any]:
        """The rows of these codes. Raises: CommandError for an unknown one."""
        found = {row.code: row for row in model.objects.filter(code__in=codes)}
        missing = [code for code in codes if code not in found]
        if missing:
            raise CommandError(f"There is no {model._meta.verbose_name} {missing[0]}.")
        return list(found.values())

    def _asked(self) -> str:
        """The password, typed twice. Raises: CommandError without a terminal or where they differ."""
        if not sys.stdin.isatty():
            raise CommandError(f"Set {PASSWORD_VARIABLE}, or run this in a terminal to be asked.")
        first, second = getpass.getpass("Password: "), getpass.getpass("Again: ")
        if first != second:
            raise CommandError("The two passwords differ.")
        return first
