"""Pages of accounts; each noun has a file of its own."""

from mom.accounts.views.account import ChangePassword, Preferences, SignIn, SignOut, SwitchSite, remember

__all__ = ["ChangePassword", "Preferences", "SignIn", "SignOut", "SwitchSite", "remember"]
