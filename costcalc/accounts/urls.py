from django.urls import path

from costcalc.accounts.views import beginning, invitations, links, log, me, members, preferences, tokens, workspaces

app_name = "accounts"
urlpatterns = [
    path("preferences/", preferences.preferences, name="preferences"),
    path("first-owner/<str:link>/", beginning.first_owner, name="first-owner"),
    path("invitations/", invitations.invited, name="invited"),
    path("invitations/<str:link>/", invitations.invitation, name="invitation"),
    path("me/", me.me, name="me"),
    path("me/address/", me.new_address, name="new-address"),
    path("me/address/confirm/", me.ask_to_confirm, name="ask-to-confirm"),
    path("me/address/<str:link>/", me.confirm_address, name="confirm-address"),
    path("me/export/", me.me_export, name="me-export"),
    path("me/delete/", me.me_delete, name="me-delete"),
    path("w/", workspaces.workspaces, name="workspaces"),
    path("w/<str:workspace>/", workspaces.workspace, name="workspace"),
    path("w/<str:workspace>/switch/", workspaces.switch, name="switch"),
    path("w/<str:workspace>/export/", workspaces.export, name="export"),
    path("w/<str:workspace>/delete/", workspaces.delete, name="delete"),
    path("w/<str:workspace>/members/", members.members, name="members"),
    path("w/<str:workspace>/members/invite/", members.invite, name="invite"),
    path("w/<str:workspace>/members/<str:member>/role/", members.change_role, name="change-role"),
    path("w/<str:workspace>/members/<str:member>/remove/", members.remove, name="remove"),
    path("w/<str:workspace>/invitations/<str:invitation>/renew/", members.renew, name="renew-invitation"),
    path("w/<str:workspace>/invitations/<str:invitation>/revoke/", members.revoke, name="revoke-invitation"),
    path("w/<str:workspace>/links/", links.links, name="links"),
    path("w/<str:workspace>/links/<str:link>/revoke/", links.revoke, name="revoke-link"),
    path("w/<str:workspace>/tokens/", tokens.tokens, name="tokens"),
    path("w/<str:workspace>/tokens/<str:token>/revoke/", tokens.revoke, name="revoke-token"),
    path("w/<str:workspace>/audit/", log.audit, name="audit"),
    path("w/<str:workspace>/audit.csv", log.audit_csv, name="audit-csv"),
    path("w/<str:workspace>/audit.json", log.audit_json, name="audit-json"),
]
