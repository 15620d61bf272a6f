"""Forms of accounts; each noun has a file of its own."""

from mom.accounts.forms.account import PasswordForm, PreferencesForm, SignInForm

__all__ = ["PasswordForm", "PreferencesForm", "SignInForm"]
