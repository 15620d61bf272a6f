"""Addresses of labels and printing, mounted with the shell's own."""

from django.urls import path

from mom.core.labels import print_views, views

patterns = [
    path("setup/labels/", views.LabelList.as_view(), name="label_list"),
    path("setup/labels/add/", views.LabelAdd.as_view(), name="label_add"),
    path("setup/labels/standard-set/", views.StandardSet.as_view(), name="label_standard"),
    path("setup/labels/<int:pk>/", views.LabelDetail.as_view(), name="label_detail"),
    path("setup/labels/<int:pk>/change/", views.LabelChange.as_view(), name="label_change"),
    path("setup/labels/<int:pk>/example.pdf", views.LabelExample.as_view(), name="label_example"),
    path("connections/printers/", print_views.PrinterList.as_view(), name="printer_list"),
    path("connections/printers/add/", print_views.PrinterAdd.as_view(), name="printer_add"),
    path("connections/printers/<int:pk>/change/", print_views.PrinterChange.as_view(), name="printer_change"),
    path("connections/print-jobs/", print_views.PrintJobList.as_view(), name="print_job_list"),
    path("connections/print-jobs/<int:pk>/again/", print_views.PrintAgain.as_view(), name="print_again"),
    path("labels/<slug:noun>/<path:code>/label.pdf", print_views.LabelPdf.as_view(), name="label_pdf"),
    path("labels/<slug:noun>/<path:code>/", print_views.PrintLabel.as_view(), name="label_print"),
]
