"""What one may do with sites, people and their rights. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

USE_ADMIN = declare("accounts.use_admin", _("Open the administration pages"))
VIEW_USER = declare("accounts.view_user", _("See people who sign in, their roles and API tokens"))
MANAGE_SITES = declare("accounts.manage_sites", _("Add and change sites"))
MANAGE_USERS = declare("accounts.manage_users", _("Add, change, lock and unlock people who sign in"))
MANAGE_BADGES = declare("accounts.manage_badges", _("Issue and revoke badges, give one-time PINs"))
VIEW_DEVICE = declare("accounts.view_device", _("See enrolled tablets and walls"))
MANAGE_DEVICES = declare("accounts.manage_devices", _("Enrol, change and revoke tablets and walls"))
MANAGE_ROLES = declare("accounts.manage_roles", _("Change what a role may do"))
GRANT_ROLE = declare("accounts.grant_role", _("Give roles to people and take them away"))
MANAGE_TOKENS = declare("accounts.manage_tokens", _("Make and revoke API tokens of other people"))
CREATE_OWN_TOKEN = declare("accounts.create_own_token", _("Make API tokens of one's own"))
SHARE_VIEW = declare("accounts.share_view", _("Share views of lists with others"))
SIGN_RECORD = declare("accounts.sign_record", _("Sign records electronically"))
VIEW_SIGNATURE = declare("accounts.view_signature", _("See the list of signatures"))
VIEW_APPROVAL_POLICY = declare("accounts.view_approval_policy", _("See what approvals take"))
MANAGE_APPROVAL_POLICY = declare("accounts.manage_approval_policy", _("Change what approvals take"))
