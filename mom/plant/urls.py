"""Addresses of the plant's pages, mounted at the root. A code may hold a slash, so what follows it stands in front."""

from django.urls import path

from mom.plant.views import asset, calendar, document, document_acts, machine, material, person, reason, serial, setup

app_name = "plant"
urlpatterns = [
    path("machines/", machine.MachineList.as_view(), name="machine_list"),
    path("machines/<path:code>/", machine.MachineDetail.as_view(), name="machine_detail"),
    path("people/", person.PersonList.as_view(), name="person_list"),
    path("people/<path:code>/", person.PersonDetail.as_view(), name="person_detail"),
    path("materials/", material.MaterialList.as_view(), name="material_list"),
    path("materials/<path:code>/", material.MaterialDetail.as_view(), name="material_detail"),
    path("lots/", material.LotList.as_view(), name="lot_list"),
    path("lots/<path:code>/", material.LotDetail.as_view(), name="lot_detail"),
    path("serials/<int:pk>/", serial.SerialPlace.as_view(), name="serial"),
    path("setup/", setup.SetupIndex.as_view(), name="setup"),
    path("setup/equipment/", setup.EquipmentTree.as_view(), name="equipment_tree"),
    path("setup/equipment-classes/", setup.EquipmentClassList.as_view(), name="equipment_class_list"),
    path("setup/assets/", asset.AssetList.as_view(), name="asset_list"),
    path("setup/asset-classes/", setup.AssetClassList.as_view(), name="asset_class_list"),
    path("setup/calendars/", calendar.CalendarList.as_view(), name="calendar_list"),
    path("setup/reasons/", reason.ReasonList.as_view(), name="reason_list"),
    path("setup/skills/", setup.SkillList.as_view(), name="skill_list"),
    path("setup/material-classes/", setup.MaterialClassList.as_view(), name="material_class_list"),
    path("setup/partners/", setup.PartnerList.as_view(), name="partner_list"),
    path("setup/assets/mount/<path:code>/", asset.AssetMount.as_view(), name="asset_mount"),
    path("setup/assets/dismount/<path:code>/", asset.AssetDismount.as_view(), name="asset_dismount"),
    path("setup/assets/of/<path:code>/", asset.AssetDetail.as_view(), name="asset_detail"),
    path("setup/calendars/of/<path:code>/", calendar.CalendarDetail.as_view(), name="calendar_detail"),
    path("setup/calendars/shift/add/<path:code>/", calendar.ShiftAdd.as_view(), name="shift_add"),
    path("setup/calendars/shift/<int:pk>/change/", calendar.ShiftChange.as_view(), name="shift_change"),
    path("setup/calendars/shift/<int:pk>/end/", calendar.ShiftEnd.as_view(), name="shift_end"),
    path("setup/calendars/exception/add/<path:code>/", calendar.CalendarEntryAdd.as_view(), name="calendar_entry_add"),
    path(
        "setup/calendars/exception/<int:pk>/remove/",
        calendar.CalendarEntryRemove.as_view(),
        name="calendar_entry_remove",
    ),
    path("setup/reasons/classify/<path:code>/", reason.ReasonClassify.as_view(), name="reason_classify"),
    path("setup/reasons/of/<path:code>/", reason.ReasonDetail.as_view(), name="reason_detail"),
    path("setup/skills/of/<path:code>/add/", person.QualificationAdd.as_view(), name="qualification_add"),
    path("setup/skills/granted/<int:pk>/end/", person.QualificationEnd.as_view(), name="qualification_end"),
    path("setup/materials/unit/<path:code>/", material.MaterialUnitAdd.as_view(), name="material_unit_add"),
    path("documents/", document.DocumentList.as_view(), name="document_list"),
    path("setup/documents/add/", document_acts.DocumentAdd.as_view(), name="document_add"),
    path("documents/<path:code>/", document.DocumentDetail.as_view(), name="document_detail"),
    path("setup/documents/change/<path:code>/", document_acts.DocumentChange.as_view(), name="document_change"),
    path("setup/documents/version/add/<path:code>/", document_acts.VersionAdd.as_view(), name="document_version_add"),
    path("setup/documents/readers/add/<path:code>/", document_acts.ReaderAdd.as_view(), name="document_reader_add"),
    path(
        "setup/documents/readers/<int:pk>/remove/", document_acts.ReaderRemove.as_view(), name="document_reader_remove"
    ),
    path(
        "setup/documents/version/<int:pk>/submit/",
        document_acts.VersionSubmit.as_view(),
        name="document_version_submit",
    ),
    path(
        "setup/documents/version/<int:pk>/send-back/",
        document_acts.VersionSendBack.as_view(),
        name="document_version_send_back",
    ),
    path(
        "setup/documents/version/<int:pk>/approve/",
        document_acts.VersionApprove.as_view(),
        name="document_version_approve",
    ),
    path("setup/documents/version/<int:pk>/sign/", document_acts.VersionSign.as_view(), name="document_version_sign"),
    path(
        "setup/documents/version/<int:pk>/withdraw/",
        document_acts.VersionWithdraw.as_view(),
        name="document_version_withdraw",
    ),
    path("setup/documents/version/<int:pk>/read/", document_acts.ConfirmReading.as_view(), name="confirm_reading"),
    path("to-read/", document_acts.ToRead.as_view(), name="to_read"),
    path("setup/add/<slug:noun>/", setup.AddRow.as_view(), name="add"),
    path("setup/change/<slug:noun>/<path:code>/", setup.ChangeRow.as_view(), name="change"),
]
