"""What one may do with imports. Imported when the app is ready."""

from django.utils.translation import gettext_lazy as _

from mom.core.permissions import declare

VIEW_IMPORT = declare("erp.view_import", _("See imports and what they refused"))
RUN_IMPORT = declare("erp.run_import", _("Import files, start and cancel imports"))
