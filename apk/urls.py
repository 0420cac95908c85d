"""Every address of the application; each app's own file says what lies below its prefix."""

from django.urls import include, path

from apk import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("apk.audit.urls")),
    path("", include("apk.people.urls")),
    # Two prefixes of one application: prehledy/ and projekty/.
    path("", include("reports.urls")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("api/nalezy/", include("findings.gis_urls")),
    path("ciselniky/", include("patrols.code_urls")),
    path("cinnosti/", include("patrols.activity_urls")),
    path("dochazka/", include("patrols.attendance_urls")),
    path("hodnoceni/", include("reports.evaluation_urls")),
    path("kontroly/", include("patrols.check_urls")),
    path("lokality/", include("apk.localities.urls")),
    path("nalezy/", include("findings.urls")),
    path("plan/", include("patrols.urls")),
    path("prijem/", include("apk.sync.desk_urls")),
    path("skoleni/", include("patrols.training_urls")),
    path("sync/", include("apk.sync.urls")),
    path("teren/", include("findings.field_urls")),
    path("ucet/", include("apk.people.account_urls")),
    path("vykazy/", include("reports.timesheet_urls")),
]
