from django.urls import path

from costcalc.accounts.views import preferences

app_name = "accounts"
urlpatterns = [path("", preferences, name="preferences")]
