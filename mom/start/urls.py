"""Mounted at the root by `mom.urls`: the first hour."""

from django.urls import path

from mom.start.views import demo, door, steps, tour

app_name = "start"
urlpatterns = [
    path("start/", door.Doors.as_view(), name="doors"),
    path("start/code/", door.GiveCode.as_view(), name="code"),
    path("start/company/", door.CompanyStep.as_view(), name="company"),
    path("start/owner/", door.OwnerStep.as_view(), name="owner"),
    path("start/demo/", demo.LookAtDemo.as_view(), name="demo"),
    path("first-steps/", steps.Setup.as_view(), name="setup"),
    path("first-steps/<slug:step>/", steps.StepPage.as_view(), name="step"),
    path("tour/", tour.Tour.as_view(), name="tour"),
    path("demo-plant/", demo.DemoPlant.as_view(), name="demo_plant"),
]
