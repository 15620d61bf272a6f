"""Addresses of the delivery room's pages, mounted with the shell's own."""

from django.urls import path

from mom.core.delivery import views, webhook_views

patterns = [
    path("connections/", views.Connections.as_view(), name="connections"),
    path("connections/pause/", views.Pause.as_view(), name="sending_pause"),
    path("connections/resume/", views.Resume.as_view(), name="sending_resume"),
    path("connections/send-all-again/", views.SendAllAgain.as_view(), name="delivery_all_again"),
    path("connections/test-email/", views.EmailTest.as_view(), name="email_test"),
    path("connections/messages/", views.MessageList.as_view(), name="delivery_list"),
    path("connections/messages/<int:pk>/", views.MessageDetail.as_view(), name="delivery_detail"),
    path("connections/messages/<int:pk>/send-again/", views.SendAgain.as_view(), name="delivery_again"),
    path("connections/messages/<int:pk>/discard/", views.Discard.as_view(), name="delivery_discard"),
    path("connections/webhooks/", webhook_views.WebhookList.as_view(), name="webhook_list"),
    path("connections/webhooks/add/", webhook_views.WebhookAdd.as_view(), name="webhook_add"),
    path("connections/webhooks/<int:pk>/", webhook_views.WebhookDetail.as_view(), name="webhook_detail"),
    path("connections/webhooks/<int:pk>/change/", webhook_views.WebhookChange.as_view(), name="webhook_change"),
    path("connections/webhooks/<int:pk>/secret/", webhook_views.WebhookSecret.as_view(), name="webhook_secret"),
    path("connections/webhooks/<int:pk>/test/", webhook_views.WebhookTest.as_view(), name="webhook_test"),
]
